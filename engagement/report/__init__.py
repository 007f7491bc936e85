"""A report of one period: its contents as plain data, and the same contents as HTML, PDF, PNG, XLSX, CSV, Markdown."""
