"""Rooms named in the words of a report lead to their line in its tables, and nothing that is named like markup does."""

from __future__ import annotations

import io
import re

from openpyxl import load_workbook
from pypdf import PdfReader

from engagement.numbers.filters import Filters
from engagement.report import html, pictures
from engagement.report.content import Content, build
from engagement.report.wishes import Wishes
from engagement.report.words import written
from engagement.report.workbook import as_workbook
from tests.support.report_tools import HOSTILE, activity_of, history_of

HOSTILE_NAMES = [*HOSTILE, "<script>", "[x](http://evil)", '" onmouseover="alert(1)']


def soaring(*names: str, wishes: Wishes | None = None, **others: tuple[int, int]) -> Content:
    """The report of rooms that soared, in the order of their names, of two calm ones, and of others by their counts
    in this week and before.
    """
    counts = {name: (100, 900 - number) for number, name in enumerate(names)} | {"calm": (100, 100), "dull": (100, 100)}
    counts |= others
    rooms = [
        {"name": name, "room_id": f"id of {name}", "messages": now, "previous_messages": before}
        for name, (before, now) in counts.items()
    ]
    history = history_of({f"id of {name}": [before] * 16 + [now] for name, (before, now) in counts.items()})
    return build(activity_of(*rooms).judged(history), Filters(), wishes or Wishes())


def linked(document: str) -> list[tuple[str, str]]:
    """The links of the words: where they lead, and what is written on them."""
    return re.findall(r'<a href="#([^"]*)"><bdi>(.*?)</bdi></a>', document)


def test_the_words_name_every_room_with_a_signal_where_there_are_ten_strongest_first() -> None:
    content = soaring(*(f"room-{number}" for number in range(10)))
    said = next(text for text in map(written, content.sentences) if "10 rooms are" in text)
    assert re.findall(r"#room-\d", said) == [f"#room-{number}" for number in range(10)]


def test_of_more_rooms_with_a_signal_the_ten_strongest_are_named_and_the_others_counted() -> None:
    content = soaring(*(f"room-{number:02}" for number in range(13)))
    said = next(text for text in map(written, content.sentences) if "13 rooms are" in text)
    assert re.findall(r"#room-\d\d", said) == [f"#room-{number:02}" for number in range(10)]
    assert "#room-09 and 3 more)" in said


def test_what_drove_a_change_is_told_by_the_plain_difference_also_where_others_surprise_more() -> None:
    content = soaring("up", loud=(5000, 9000))
    assert "#loud drove most of it (+4,000 of +4,800)." in list(map(written, content.sentences))


def test_every_room_that_is_named_leads_to_its_line() -> None:
    content = soaring(*(f"room-{number}" for number in range(10)), wishes=Wishes(top=5))
    document = html.document(content)
    rows = dict(re.findall(r'<tr id="([^"]*)"><td class="name"><bdi>(.*?)</bdi>', document))
    found = linked(document)
    assert {label for _, label in found} >= {f"#room-{number}" for number in range(10)}
    assert all(rows[place] == label for place, label in found)
    assert len(set(re.findall(' id="([^"]*)"', document))) == len(re.findall(' id="([^"]*)"', document))


def test_without_tables_nothing_is_linked() -> None:
    content = soaring("up", wishes=Wishes(sections=frozenset({"words", "movers"})))
    assert "<bdi>#up</bdi>" in html.document(content)
    assert not linked(html.document(content))


def test_hostile_names_are_text_in_their_links_and_in_no_place() -> None:
    document = html.document(soaring(*HOSTILE_NAMES[-9:]))
    found = linked(document)
    assert len(found) >= 9
    assert all(re.fullmatch(r"line-[a-z]+-\d+", place) for place, _ in found)
    assert all("<" not in label for _, label in found)
    assert "#&lt;script&gt;" in {label for _, label in found}


def test_in_a_workbook_the_rooms_that_are_named_lead_to_their_row() -> None:
    content = soaring("up", "[x](http://evil)", "=1+1")
    book = load_workbook(io.BytesIO(as_workbook(content)))
    links = [cell for row in book["About"].iter_rows() for cell in row if cell.hyperlink]
    assert [cell.value for cell in links][:2] == ["#up", "#[x](http://evil)"]
    for cell in links:
        sheet, place = cell.hyperlink.location.rsplit("!", 1)
        row = book[sheet.strip("'")][int(place[1:])]
        assert cell.value in [value.value for value in row]
        assert cell.hyperlink.target is None


def test_a_pdf_has_the_same_links_inside_itself() -> None:
    made = PdfReader(io.BytesIO(pictures.pdf(html.document(soaring("up"), paper="A4"))))
    kinds = [note.get_object() for page in made.pages for note in page.get("/Annots", [])]
    inside = [note for note in kinds if note.get("/Subtype") == "/Link" and "/Dest" in note]
    assert inside
    assert not [note for note in kinds if "/URI" in str(note.get("/A", ""))]
