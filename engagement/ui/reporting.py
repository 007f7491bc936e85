"""What the report page asks, shows and makes: its controls, its contents, its files."""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from weakref import ref

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from engagement.display import escaping, tables, wording
from engagement.errors import InvalidPeriod, NoBrowser
from engagement.numbers import masks
from engagement.numbers.periods import Period
from engagement.numbers.rooms import Activity
from engagement.reading.jobs import Job, Teller
from engagement.report import content as contents
from engagement.report import html, markdown, pictures
from engagement.report.content import Content
from engagement.report.wishes import DEFAULT_TITLE, LONGEST_COMMENT, LONGEST_TITLE, SECTIONS, Wishes
from engagement.report.words import Room, Sentence, written
from engagement.report.workbook import as_csv, as_workbook
from engagement.ui import cards, charts, daily, links, listing, loading, session
from engagement.ui.loading import View
from engagement.ui.runtime import runtime
from engagement.ui.shown import Shown

T = TypeVar("T")

# One width on every screen, so that pictures of it are alike.
WIDTH = 880
MAKING = "_report_file"
FILE_KEPT = 300.0
# Most files are there before the run that asks for them has waited so long, so that nobody waits for a look at them.
PATIENCE, NEWS_EVERY, LOOK_EVERY = 5.0, 0.1, 0.5
EARLIER = (2, 3, 4, 8, 13, 26, 52)
NO_ADDRESS = (
    "In these files the names of rooms are no links to their pages: whoever runs this dashboard has not set its "
    "address ([dashboard] address)."
)


@dataclass(frozen=True)
class Asked:
    """What the reader set on the page; ``earlier`` is by how many periods the one beside it is older."""

    wishes: Wishes
    masked: bool
    earlier: int | None


def choose(view: View) -> Asked:
    """The controls of the page; what is typed and switched is kept in the session, never in the link."""
    rule = runtime().settings.rooms.mask_names
    with st.popover("Customise", icon=":material/tune:", key="report_controls"):
        left, right = st.columns([2, 1])
        title = left.text_input("Title", key="report_title_text", max_chars=LONGEST_TITLE,
                                placeholder=DEFAULT_TITLE, persist_state="session")  # fmt: skip
        top = right.selectbox("Rooms in rankings", [5, 10, 20], index=1, key="report_top", persist_state="session")
        comment = st.text_area("Comment", key="report_comment", max_chars=LONGEST_COMMENT, height=80,
                               persist_state="session")  # fmt: skip
        chosen = st.pills("Sections", list(SECTIONS), selection_mode="multi", key="report_sections",
                          default=list(SECTIONS), format_func=SECTIONS.__getitem__,
                          persist_state="session")  # fmt: skip
        left, right = st.columns(2, vertical_alignment="center")
        by_rule = " Whoever runs this dashboard has made this the rule." if rule else ""
        masked = left.toggle(
            "Safe to share",
            key="report_mask",
            disabled=rule,
            help=f"{masks.CAPTION.capitalize()}; in every file as well.{by_rule}",
            persist_state="session",
        )
        offered = _earlier(view)
        earlier = right.selectbox(
            "Beside an earlier period of the same length",
            list(offered),
            index=None,
            key="report_beside",
            placeholder="None",
            format_func=lambda back: f"{wording.period_text(offered[back])} ({back} periods earlier)",
            persist_state="session",
        )
    wishes = Wishes(title, comment, frozenset(chosen), top, view.people)
    return Asked(wishes, masked or rule, earlier)


def _earlier(view: View) -> dict[int, Period]:
    """The earlier periods that may hold counts, by how many periods they lie back."""
    offered = {}
    # A long range some times back may lie before any calendar that a period can have.
    with contextlib.suppress(InvalidPeriod):
        for back in EARLIER:
            offered[back] = view.period.earlier(back)
    first = view.facts.first_counted
    return {back: period for back, period in offered.items() if first is None or period.end >= first}


def shown(view: View, activity: Activity, asked: Asked) -> tuple[View, Activity]:
    """The view and the activity as the report may show them."""
    if not asked.masked:
        return view, activity
    return replace(view, people=False), _masked(activity)


def _masked(activity: Activity) -> Activity:
    return runtime().kept.of(activity, "masked", lambda: masks.masked(activity))


def build(shown: Shown, asked: Asked) -> Content:
    """The report of what the page shows. Ends the page while the earlier period is read, where one was chosen."""
    view, other = shown.view, None
    if asked.earlier is not None:
        reading = view.reader.activity(view.facts, view.period.earlier(asked.earlier))
        other = loading.decided(loading.whole(reading, key="rooms beside"))
        other = _masked(other) if asked.masked else other
    shown, wishes = shown.judged(), replace(asked.wishes, people=view.people)
    activity = shown.activity
    untitled = replace(wishes, title="", comment="")
    days = daily.arriving(shown) if "days" in wishes.sections and not activity.no_data else None
    made_of = ("report", untitled, None if days is None else ref(days))
    known = shown.made(made_of, lambda: contents.told(activity, view.filters, untitled, days))
    zone, rooms_at = session.zone().key, links.rooms_in_files(view.shown(), view.period)
    return contents.build(
        activity, view.filters, wishes, read_zone=zone, compared=other, known=known, rooms_at=rooms_at
    )


def show(content: Content) -> None:
    """Draws the report: figures, sentences, charts, tables."""
    if content.comment:
        st.markdown(escaping.for_markdown(content.comment).replace("\n", "  \n"))
    if content.key_figures:
        cards.row(content.key_figures, lines=False)
    if content.sentences:
        st.header("What changed", anchor=False)
        st.markdown("\n\n".join(_sentence(said, content) for said in content.sentences))
        with st.expander("Copy as Markdown", icon=":material/content_copy:", key="report_copy"):
            st.code(markdown.words(content), language="markdown", wrap_lines=True)
    drawn = list(content.charts.items())
    pairs = drawn[: len(drawn) // 2 * 2]
    _in_pairs(pairs, lambda chart: charts.draw(chart[1], f"report_{chart[0]}"))
    # One that has nothing beside it has the whole width.
    for what, chart in drawn[len(pairs) :]:
        charts.draw(chart, f"report_{what}")
    rooms_at = "" if content.activity.masked else links.to_room(loading.view().shown(), "")
    every = [(what, table, rooms_at) for what, table in content.filled.items()]
    _in_pairs([one for one in every if one[0] in html.NARROW], _table)
    for one in every:
        if one[0] not in html.NARROW:
            _table(one)
    st.caption(escaping.for_markdown(" · ".join(content.caption)))


def _in_pairs(parts: Sequence[T], draw: Callable[[T], None]) -> None:
    for first in range(0, len(parts), 2):
        for column, part in zip(st.columns(2), parts[first : first + 2], strict=False):
            with column:
                draw(part)


def _sentence(sentence: Sentence, content: Content) -> str:
    """The sentence as Markdown, its rooms linked to their lines below."""

    def told(room: Room) -> str:
        label = f"**{escaping.for_markdown(room.label)}**"
        return f"[{label}](#{content.places[room.room_id]})" if room.room_id in content.places else label

    return written(sentence, told, escaping.for_markdown)


def _table(of: tuple[str, contents.Table, str]) -> None:
    section, table, rooms_at = of
    st.header(escaping.for_markdown(table.title), anchor=False)
    st.html(f'<div class="report-table">{html.table_element(section, table, rooms_at)}</div>')
    st.caption(html.rows_text(table))


def files(content: Content) -> None:
    """The report as files. What needs a browser is made in the background; the page stays as it is meanwhile."""
    with st.popover("Download", icon=":material/download:", key="report_files"):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            listing.download("HTML", lambda: html.document(content).encode(), "report", content.activity)
            listing.download("XLSX", lambda: as_workbook(content), "report", content.activity)
            listing.download("CSV", lambda: as_csv(content), "report", content.activity)
            without = _no_browser()
            if st.button("PDF", key="report_pdf", disabled=bool(without), icon=":material/picture_as_pdf:"):
                _make(content, "pdf", "")
            names = {"": "the whole report"} | {what: chart.title for what, chart in content.charts.items()}
            wanted = st.selectbox("PNG of", list(names), format_func=names.__getitem__, key="report_picture", width=260)
            if st.button("PNG", key="report_png", disabled=bool(without), icon=":material/image:"):
                _make(content, "png", wanted)
        if without:
            st.caption(without)
        if not (content.rooms_at or content.activity.masked):
            st.caption(NO_ADDRESS)
        _made(content)


def document(content: Content, ending: str, what: str) -> str:
    """What the browser makes the file of."""
    return html.document(content, only=what or None, paper="A4" if ending == "pdf" else "")


def _no_browser() -> str:
    try:
        pictures.browser()
    except NoBrowser as error:
        return str(error)
    return ""


@dataclass(frozen=True)
class _File:
    """A file that is being made; ``of`` stands for the document that it is made of."""

    reading: Job[bytes]
    name: str
    ending: str
    what: str
    of: str


def digest(document: str) -> str:
    """What tells one file from another: everything that its bytes depend on, for they are made of this document."""
    return hashlib.sha256(document.encode()).hexdigest()


def _make(content: Content, ending: str, what: str) -> None:
    """Begins to make a file. Who asks for a file of the very same document shares it, and nobody else."""
    made_of = document(content, ending, what)

    def work(tell: Teller[Any]) -> bytes:
        tell.stage(f"Making the {ending.upper()}")
        if ending == "pdf":
            return pictures.pdf(made_of)
        return pictures.png(made_of, pictures.CHART_WIDTH if what else pictures.PAGE_WIDTH)

    of = digest(made_of)
    reading = runtime().jobs.ask(("file", of, ending), session.viewer(), work, keep=FILE_KEPT)
    name = tables.file_name(f"report-{what}" if what else "report", content.activity, ending)
    st.session_state[MAKING] = _File(reading, name, ending, what, of)


def _made(content: Content) -> None:
    file: _File | None = st.session_state.get(MAKING)
    shown = {"", *content.charts}
    # Gone as soon as the page shows something else than the file was made of.
    if not file or file.what not in shown or file.of != digest(document(content, file.ending, file.what)):
        return
    place, ends = st.empty(), time.monotonic() + PATIENCE
    while file.reading.running and time.monotonic() < ends:
        # What is drawn lets a click go first.
        _tell(file, place)
        file.reading.wait(NEWS_EVERY)
    if file.reading.running:
        _wait(file)
    elif file.reading.error is not None:
        place.error(str(file.reading.error), icon=":material/error:")
    elif file.reading.latest is not None:
        place.download_button(f"Save {file.name}", file.reading.latest, file.name, listing.MIMES[file.ending],
                              on_click="ignore", type="primary",
                              icon=":material/download:", key="report_save")  # fmt: skip


@st.fragment(run_every=LOOK_EVERY)
def _wait(file: _File) -> None:
    if not file.reading.running:
        st.rerun()
    _tell(file, st.empty())


def _tell(file: _File, place: DeltaGenerator) -> None:
    place.caption(f"Making {file.name} … {file.reading.progress().elapsed:.0f} s")
