"""How rooms, numbers and days are written, on every screen and in every file."""
