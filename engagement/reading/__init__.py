"""From a question to its numbers, in the background and shared."""
