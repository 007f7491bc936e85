"""A report as Markdown for pasting into a chat: no tables, which chats do not draw, and nothing that calls anybody."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pandas as pd

from engagement.display import tables, wording
from engagement.report.content import Content
from engagement.report.words import Room, written

_HARMLESS = re.compile(r"[#›◊🔒 ]*[\w-]+(?: [\w-]+)*", re.UNICODE)
_MARKS = re.compile(r"([\\*_~`#<>\[\]|])")
_WORD_JOINER = "\u2060"


def safe_label(label: str) -> str:
    """A room's label that no chat takes for markup, a link or a call to people; odd ones stand between backticks."""
    if _HARMLESS.fullmatch(label) and "_" not in label:
        return label
    return f"`{label.replace('`', 'ˋ')}`"


def uncalled(text: str) -> str:
    """A text in which nothing is a link or a call to people, wherever a chat looks for them."""
    return re.sub(r"(?i)(?<=://)|(?<=@)|(?<=www)(?=\.)", _WORD_JOINER, text)


def safe_text(text: str) -> str:
    """What somebody typed, without markup, links or calls to people."""
    return _MARKS.sub(r"\\\1", uncalled(text))


def _name(room: Room) -> str:
    return safe_label(room.label)


def headline(content: Content) -> str:
    """One line of what it is, where, when and compared with what."""
    where, when, against = content.caption[:3]
    return f"**{safe_text(content.title)}** · {safe_text(where)} · {when} · {against}"


def comment(content: Content) -> list[str]:
    """The lines of the comment."""
    return [safe_text(line) for line in content.comment.splitlines()]


def points(content: Content) -> list[str]:
    """What changed, a point of a list for each sentence."""
    return [f"- {written(sentence, _name)}" for sentence in content.sentences]


def words(content: Content) -> str:
    """What changed, under the headline; the comment in front where there is one."""
    return "\n".join([headline(content), *comment(content), "", *points(content)]).strip() + "\n"


def document(content: Content) -> str:
    """The whole report, with a numbered or plain list for each table."""
    blocks = [words(content).rstrip()]
    if content.key_figures:
        figures = [f"- {figure.label}: **{figure.value}** ({figure.told})" for figure in content.key_figures]
        blocks.append("\n".join(["**Key figures**", *figures]))
    for table in content.tables.values():
        blocks.append("\n".join([f"**{table.title}**", *_list(table.short)]))
    blocks.append("\n".join(safe_text(text) for text in (" · ".join(content.caption), *content.notes)))
    return "\n\n".join(blocks) + "\n"


def _list(rows: pd.DataFrame) -> Iterable[str]:
    if rows.empty:
        return ["- none"]
    columns = {str(name): tables.column_texts(rows[name]) for name in rows if name != "Rank"}
    return [_line(dict(zip(columns, row, strict=True))) for row in zip(*columns.values(), strict=True)]


# How the cells of a row read one after another; other headings stand before their value.
_READ = {
    "Messages": "{} messages",
    "Held against": "held against {}",
    "Previous": "before: {}",
    "Change": "{}",
    "Share %": "{} of all",
    "Signal": "{}",
    "State": "{}",
    "Change in words": "{}",
    "Silent days": "silent for {} days",
    "Last message": "last message {}",
    "Active rooms": "{} active rooms",
    "Members": "{} members",
}

# Headings whose words end in a noun for as many.
_COUNTED = ("Messages", "Silent days", "Active rooms", "Members")


def _read(heading: str, text: str) -> str:
    said = _READ.get(heading, f"{heading}: {{}}").format(text)
    return said.removesuffix("s") if text == "1" and heading in _COUNTED else said


def _line(cells: dict[str, str]) -> str:
    first, *others = cells.items()
    name = safe_label(first[1]) if first[0] == "Room" else first[1]
    said: list[str] = []
    for heading, text in others:
        if text == wording.UNDEFINED:
            continue
        if heading == "Change %" and said:
            said[-1] += f" ({text})"
        else:
            said.append(_read(heading, text))
    return f"- {name}: {', '.join(said)}" if said else f"- {name}"
