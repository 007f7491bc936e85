"""The thin client of one workspace."""
