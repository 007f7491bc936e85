"""What can be configured: one file and environment variables, each key declared once."""
