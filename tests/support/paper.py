"""What stands on the pages of a PDF."""

from __future__ import annotations

import io

from pypdf import PdfReader

PAPERS = ("A4", "Letter")


def lines(file: bytes) -> list[list[str]]:
    """The lines of every page, from above; each with one space between its words."""
    found = [page.extract_text() for page in PdfReader(io.BytesIO(file)).pages]
    return [[" ".join(line.split()) for line in text.splitlines() if line.strip()] for text in found]
