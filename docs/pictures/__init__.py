"""Pictures of the pages: the few of the documents, and those of every width, reader and workspace to judge them by."""
