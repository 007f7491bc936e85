"""A report, or any tables, for spreadsheet programs: what they are about first, then every row with typed columns."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import chain
from types import MappingProxyType
from typing import IO, TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZipFile

import pandas as pd

from engagement.display import escaping, events, tables
from engagement.numbers import naming
from engagement.report.cells import Texts, rows
from engagement.report.content import Content
from engagement.report.words import written

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

ABOUT = "About"
LONGEST_NAME, WIDEST = 31, 46
# A count or a day.
_LONGEST_VALUE = 11
# The format of its cells, from one column to another.
_STYLES = re.compile(rb'<col min="(\d+)" max="(\d+)" [^>]*style="(\d+)"')
_NO_GUESSING = {
    "in_memory": True,
    "strings_to_numbers": False,
    "strings_to_formulas": False,
    "strings_to_urls": False,
}
# The sign of every number that people read, as a text in the format of a cell.
_MINUS = '"\u2212"'
_FORMATS = {
    "head": {"bold": True, "bottom": 1, "valign": "top"},
    "name": {"bold": True, "valign": "top"},
    "text": {"valign": "top"},
    "link": {"underline": 1, "valign": "top"},
    "long": {"text_wrap": True, "valign": "top"},
    "day": {"num_format": "yyyy-mm-dd", "valign": "top", "align": "left"},
    "count": {"num_format": f"#,##0;{_MINUS}#,##0;0", "valign": "top"},
    "signed": {"num_format": f"+#,##0;{_MINUS}#,##0;0", "valign": "top"},
    "share": {"num_format": "0.0", "valign": "top"},
    "signed share": {"num_format": f"+0.0;{_MINUS}0.0;0.0", "valign": "top"},
}


def as_workbook(content: Content) -> bytes:
    """The report as XLSX: what it is about and says, then a sheet per table with every row."""
    sheets = [(table.title, content.rows(table)) for table in content.tables.values()]
    sheets.append(("Every room", content.every_room))
    if happened := content.activity.happened:
        sheets.append(("Events", events.table(happened)))
    figures = [(figure.label, f"{figure.value} ({figure.told})") for figure in content.key_figures]
    comment = [("Comment", content.comment)] if content.comment else []
    return workbook(
        [("Title", content.title), *comment, *content.about, *figures],
        sheets,
        made_at=content.activity.read_at,
        lines=[written(sentence) for sentence in content.sentences],
        named=content.named,
    )


def as_csv(content: Content) -> bytes:
    """The report as CSV: what it is about, then a row per room."""
    return tables.csv_bytes(content.every_room, content.about)


def workbook(
    about: Iterable[tuple[str, str]],
    sheets: Sequence[tuple[str, pd.DataFrame]],
    *,
    made_at: datetime,
    lines: Sequence[str] = (),
    named: Mapping[str, str] = MappingProxyType({}),
) -> bytes:
    """An XLSX file: a sheet ``About`` with names and texts, then one sheet per name and table, every row of it.

    Numbers and days are numbers and days, what is not known is an empty cell, and texts are never formulas.
    ``lines`` are sentences for the first sheet, below which the labels of ``named`` lead to the lines of those rooms in
    the first table whose index has them.
    """
    import xlsxwriter

    out, texts = io.BytesIO(), Texts()
    with xlsxwriter.Workbook(out, _NO_GUESSING) as book:
        book.set_properties({"title": "Channel engagement", "created": made_at.replace(tzinfo=None)})
        formats = {name: book.add_format(look) for name, look in _FORMATS.items()}
        taken = {ABOUT.lower()}
        by_name = {_sheet_name(name, taken): _writable(table) for name, table in sheets}
        first = book.add_worksheet(ABOUT)
        below = _write_about(first, list(about), lines, formats)
        _write_links(first, below, _places(named, by_name), formats)
        for name, table in by_name.items():
            _write_headings(book.add_worksheet(name), table, formats, texts)
    # Its sheets are numbered as they come, the first one is no table.
    parts = {f"xl/worksheets/sheet{number}.xml": table for number, table in enumerate(by_name.values(), start=2)}
    return _with_rows(out, parts, texts)


def _writable(table: pd.DataFrame) -> pd.DataFrame:
    # Small charts of the screen are lists, which no cell can hold.
    return table[[name for name in table if table[name].dtype != object]]


def _places(named: Mapping[str, str], sheets: Mapping[str, pd.DataFrame]) -> list[tuple[str, str]]:
    """The label of each named room that has a line, and the address of its first one."""
    places = []
    for name, table in sheets.items():
        found = table.index.get_indexer(pd.Index(named))
        places += [
            (room_id, f"internal:'{name}'!A{at + 2}") for room_id, at in zip(named, found, strict=True) if at >= 0
        ]
    first = dict(reversed(places))
    return [(label, first[room_id]) for room_id, label in named.items() if room_id in first]


def _write_links(sheet: Worksheet, row: int, places: Sequence[tuple[str, str]], formats: dict[str, Any]) -> None:
    if places:
        sheet.write_string(row, 0, "Rooms named above", formats["name"])
    for below, (label, address) in enumerate(places, start=row):
        sheet.write_url(below, 1, address, formats["link"], escaping.for_spreadsheet(label))


def _write_about(sheet: Worksheet, about: list[tuple[str, str]], lines: Sequence[str], formats: dict[str, Any]) -> int:
    """Writes names and texts, then the sentences; comes back with the first free row after an empty one."""
    sheet.set_column(0, 0, 20)
    sheet.set_column(1, 1, 100)
    for row, (name, text) in enumerate(about):
        sheet.write_string(row, 0, escaping.for_spreadsheet(name), formats["name"])
        sheet.write_string(row, 1, escaping.for_spreadsheet(text, 2000), formats["long"])
    for row, line in enumerate(lines, start=len(about) + 1):
        sheet.write_string(row, 1, escaping.for_spreadsheet(line, 2000), formats["long"])
    return len(about) + len(lines) + 2


def _sheet_name(name: str, taken: set[str]) -> str:
    """A name that spreadsheet programs accept and that no other sheet has."""
    plain = re.sub(r"[\[\]:*?/\\']", " ", naming.clean(name))[:LONGEST_NAME].strip() or "Table"
    free, number = plain, 1
    while free.lower() in taken:
        number += 1
        free = f"{plain[: LONGEST_NAME - 4]} {number}"
    taken.add(free.lower())
    return free


def _write_headings(sheet: Worksheet, table: pd.DataFrame, formats: dict[str, Any], texts: Texts) -> None:
    for place, name in enumerate(table.columns):
        heading, look = escaping.for_spreadsheet(str(name)), _look(table[name])
        sheet.write_string(0, place, heading, formats["head"])
        longest = texts.widest(table[name]) if look == "text" else _LONGEST_VALUE
        sheet.set_column(place, place, min(WIDEST, max(len(str(name)) + 4, longest + 2)), formats[look])
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(table), 1), max(len(table.columns) - 1, 0))


def _with_rows(made: IO[bytes], tables_of: Mapping[str, pd.DataFrame], texts: Texts) -> bytes:
    """The workbook with the rows of these tables, by the names of their sheets' parts, below the headings."""
    from xlsxwriter.utility import xl_col_to_name

    out = io.BytesIO()
    with ZipFile(made) as bare, ZipFile(out, "w", ZIP_DEFLATED) as whole:
        for part in bare.infolist():
            text = bare.read(part)
            if (table := tables_of.get(part.filename)) is None:
                whole.writestr(part, text)
                continue
            # A sheet need not say which cells it has, and this one says it of the headings.
            head, end = re.sub(b"<dimension [^>]*>", b"", text).split(b"</sheetData>")
            looks = [(int(last) - int(first) + 1) * [int(style)] for first, last, style in _STYLES.findall(head)]
            columns = [(xl_col_to_name(place), style) for place, style in enumerate(chain(*looks))]
            with whole.open(part, "w") as sheet:
                sheet.write(head)
                sheet.writelines(rows(table, columns, texts))
                sheet.write(b"</sheetData>" + end)
    return out.getvalue()


def _look(column: pd.Series) -> str:
    name, kind = str(column.name), tables.kind_of(column)
    if kind != "number":
        return kind
    signed = name.startswith("Change")
    if name.endswith("%") or pd.api.types.is_float_dtype(column.dtype):
        return "signed share" if signed else "share"
    return "signed" if signed else "count"
