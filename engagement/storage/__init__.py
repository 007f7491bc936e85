"""Sessions and past counts as rows in SQL."""
