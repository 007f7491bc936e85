"""A report into a room of the workspace: for whom, in what words, once."""
