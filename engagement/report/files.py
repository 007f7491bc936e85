"""The same report in every form, by the ending of the file."""

from __future__ import annotations

from collections.abc import Callable

from engagement.display import tables
from engagement.report import html, pictures, words
from engagement.report.content import Content
from engagement.report.wishes import CSV, HTML, PDF, PNG, XLSX
from engagement.report.workbook import workbook


def as_workbook(content: Content) -> bytes:
    """The report as XLSX: what it is about and says, then a sheet per table with every row."""
    sheets = [(table.title, table.rows) for table in content.tables]
    figures = [(figure.label, f"{figure.value} ({figure.told})") for figure in content.key_figures]
    comment = [("Comment", content.comment)] if content.comment else []
    return workbook(
        [("Title", content.title), *comment, *content.about, *figures],
        [*sheets, ("Every room", content.every_room)],
        made_at=content.activity.read_at,
        lines=[words.plain(sentence) for sentence in content.sentences],
    )


def as_csv(content: Content) -> bytes:
    """The report as CSV: what it is about, then a row per room."""
    return tables.csv_bytes(content.every_room, content.about)


FORMS: dict[str, Callable[[Content, str], bytes]] = {
    HTML: lambda content, _: html.document(content).encode(),
    PDF: lambda content, paper: pictures.pdf(html.document(content, paper=paper)),
    PNG: lambda content, _: pictures.png(html.document(content)),
    XLSX: lambda content, _: as_workbook(content),
    CSV: lambda content, _: as_csv(content),
}
