"""What changed, in three to six sentences computed from numbers and signals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from engagement.display import events, news, reasons, signals, sources, tiles, wording
from engagement.display.wording import count, plural, share_text, signed, signed_percent
from engagement.numbers import measures, naming, rankings, verdict
from engagement.numbers.days import in_totals
from engagement.numbers.measures import by_week
from engagement.numbers.rooms import BACK, FELL_SILENT, FEWER, MORE, NEVER_USED, NEW, THE_SAME, Activity
from engagement.numbers.weeks import History, total_signal

NAMED = 3
# So many rooms with a signal are named, the strongest.
MOST_NAMED = 10


@dataclass(frozen=True)
class Room:
    """A room inside a sentence by its plain label, which each kind of file makes safe in its own way; without an id,
    something else that somebody named. One that is ``unnamed`` leads nowhere.
    """

    label: str
    room_id: str = ""
    unnamed: bool = False

    def __str__(self) -> str:
        return self.label


Sentence = tuple[str | Room, ...]


def written(sentence: Sentence, room: Callable[[Room], str] = str, text: Callable[[str], str] = str) -> str:
    """The sentence with its rooms as ``room`` writes them, and what is between as ``text`` does; plain without."""
    return "".join(room(part) if isinstance(part, Room) else text(part) for part in sentence)


def named(sentences: Iterable[Sentence]) -> dict[str, str]:
    """The label of every room in the sentences, by room id."""
    return {part.room_id: part.label for said in sentences for part in said if isinstance(part, Room) and part.room_id}


def sentences(
    activity: Activity, rooms: pd.DataFrame, *, people: bool, weekly: pd.DataFrame | None = None
) -> tuple[Sentence, ...]:
    """Three to six sentences about the ``rooms`` of a view; fewer where nothing was counted or can be compared.

    Where the activity is not judged, nothing is called usual or unusual. ``weekly`` is ``measures.by_week`` of the
    same, where that is known already.
    """
    if not activity.counted:
        return ((f"{sources.told(activity)} Changes are not known.",),)
    if activity.no_data:
        return (
            (
                "The server counted no message in any room in this period. That is no data, not silence, so nobody "
                "is called inactive.",
            ),
        )
    named = _Names(rooms, people=people)
    history = activity.history
    if weekly is None and history is not None:
        weekly = by_week(history, rooms)
    parts = [_totals(activity, rooms, weekly)]
    if not activity.previous_no_data:
        # Part of a period against a whole one is no gain or loss that a room could have driven.
        parts += [] if activity.unfinished or not activity.alike else [_drivers(rooms, named)]
        parts += [_judged(activity, rooms, history, named)]
        parts += [_changes(activity, rooms, history, named)] if activity.alike else []
    parts += [_silent(activity, rooms), _happened(activity), (sources.told(activity),) if activity.net else ()]
    return tuple(part for part in parts if part)


class _Names:
    """The labels of rooms, for sentences."""

    def __init__(self, rooms: pd.DataFrame, *, people: bool) -> None:
        self._rooms, self._people = rooms, people

    def __getitem__(self, room_id: str) -> Room:
        place = int((self._rooms["room_id"] == room_id).to_numpy().argmax())
        room, people = self._rooms.iloc[[place]], self._people
        label, unnamed = naming.room_labels(room, show_people=people), naming.unnamed(room, show_people=people)
        return Room(wording.short(label.iloc[0], 32), room_id, bool(unnamed.iloc[0]))

    def listed(self, ids: Sequence[str], values: Iterable[str] = (), most: int = NAMED) -> Sentence:
        """The first of the rooms, each with its value in brackets, and how many more there are."""
        parts: list[str | Room] = []
        shown = list(zip(ids, list(values) or [""] * len(ids), strict=True))[:most]
        more = len(ids) - len(shown)
        for number, (room_id, value) in enumerate(shown):
            last = number == len(shown) - 1 and not more
            parts += ["" if not number else " and " if last else ", ", self[room_id], f" ({value})" if value else ""]
        return (*parts, f" and {count(more)} more" if more else "")


def _totals(activity: Activity, rooms: pd.DataFrame, weekly: pd.DataFrame | None) -> Sentence:
    now, before = (int(rooms[name][in_totals(rooms, name)].sum()) for name in ("messages", "previous_messages"))
    if activity.previous_no_data:
        so_far = " so far" if activity.unfinished else ""
        return (f"{plural(now, 'message')} were counted{so_far}; there are no counts of {_then(activity)} to compare.",)
    if activity.unfinished:
        # An unfinished period always has fewer, so it is not held against whole ones.
        return (f"{plural(now, 'message')} so far; {count(before)} {tiles.whole_text(activity)}.",)
    if not activity.alike:
        return (
            f"{plural(now, 'message')} were counted, and {count(before)} in {_then(activity)}: {wording.NOT_ALIKE}, as "
            f"{tiles.why_not_alike(activity)}.",
        )
    usual, near = _usual(activity, weekly, now), activity.adjacent
    if now == before:
        return (f"{plural(now, 'message')}, {THE_SAME} as {'before' if near else f'in {_then(activity)}'}{usual}.",)
    word = MORE if now > before else FEWER
    share = f" ({signed_percent(100 * (now - before) / before)})" if before > 0 else ""
    than = f"{count(abs(now - before))} {word} than the {count(before)} {'before' if near else f'of {_then(activity)}'}"
    return (f"{plural(now, 'message')}, {than}{share}{usual}.",)


def _then(activity: Activity) -> str:
    """What the period is compared with."""
    return "the period before" if activity.adjacent else wording.period_text(activity.previous)


def _usual(activity: Activity, weekly: pd.DataFrame | None, now: int) -> str:
    history = activity.history
    if history is None or weekly is None:
        return ""
    totals = weekly["messages"]
    judged = total_signal(history, totals)
    if judged["signal"] == verdict.TOO_FEW_WEEKS:
        return ""
    said, more = signals.usual(judged["usual_low"], judged["usual_high"]), reasons.told(judged["reason"]).more
    if not history.elsewhere:
        return f"; {judged['signal']}, {said}{more}"
    known, a_week = count(totals.iloc[-len(history.judged_weeks) :].sum()), "" if history.month else " a week"
    return f"; {known} of them in {signals.judged_days(history)}: {judged['signal']}, {said}{a_week}{more}"


def _drivers(rooms: pd.DataFrame, named: _Names) -> Sentence:
    total = int(rooms["change"].sum())
    moved = rankings.gains_and_losses(rooms, NAMED)
    gains, losses = moved[moved["change"] > 0], moved[moved["change"] < 0].iloc[::-1]
    if moved.empty:
        return ("No room has more or fewer messages than before.",)
    if not total:
        gain, loss = gains.iloc[0], losses.iloc[0]
        return ("Gains and losses cancel each other out: ", named[gain["room_id"]],
                f" gained most ({signed(gain['change'])}), ", named[loss["room_id"]],
                f" lost most ({signed(loss['change'])}).")  # fmt: skip
    leading, against = (gains, losses) if total > 0 else (losses, gains)
    first = int(leading["change"].iloc[0])
    room = named[leading["room_id"].iloc[0]]
    if abs(first) > abs(total) and len(against):
        other = named[against["room_id"].iloc[0]]
        word, opposite = ("gained", "lost") if first > 0 else ("lost", "gained")
        return (room, f" alone {word} {count(abs(first))}; ", other,
                f" {opposite} most ({signed(against['change'].iloc[0])}).")  # fmt: skip
    if 2 * abs(first) >= abs(total):
        return (room, f" drove most of it ({signed(first)} of {signed(total)}).")
    values = [signed(change) for change in leading["change"]]
    return (f"The largest part{'s' if len(leading) > 1 else ''} of it came from ",
            *named.listed(list(leading["room_id"]), values), ".")  # fmt: skip


_SIGNALS = (
    (verdict.RISING, "is rising", "are rising"),
    (verdict.FALLING, "is falling", "are falling"),
    (verdict.RETURNED, "returned after weeks of silence", "returned after weeks of silence"),
    (verdict.UNUSUALLY_SILENT, "is unusually silent", "are unusually silent"),
)


def _judged(activity: Activity, rooms: pd.DataFrame, history: History | None, named: _Names) -> Sentence:
    if history is None:
        return ()
    said = rooms["signal"]
    if said.eq(verdict.TOO_FEW_WEEKS).all():
        return (news.why_none(activity, history, rooms),) if len(rooms) else ()
    week = f"In {signals.judged_days(history)}"
    loud = rankings.with_signal(rooms)
    strongest = set(loud["room_id"].head(MOST_NAMED))
    groups = [(forms, loud["room_id"][loud["signal"] == key].tolist()) for key, *forms in _SIGNALS]
    groups = [(forms, ids) for forms, ids in groups if ids]
    others, few = int(said.eq(verdict.NO_CLEAR_CHANGE).sum()), int(said.eq(verdict.TOO_FEW_WEEKS).sum())
    unknown = f"; {count(few)} {'has' if few == 1 else 'have'} {verdict.TOO_FEW_WEEKS}" if few else ""
    if not groups:
        calm = "the one judged room has" if others == 1 else f"the {count(others)} judged rooms have"
        return (f"{week} {calm} {verdict.NO_CLEAR_CHANGE}{unknown}.",)
    one = len(groups) == 1 and len(groups[0][1]) == 1
    parts: list[str | Room] = [f"{week}, measured by {'its' if one else 'their'} own recent weeks, "]
    for number, (forms, ids) in enumerate(groups):
        joint = "" if not number else " and " if number == len(groups) - 1 else ", "
        some = count(len(ids)) if number else plural(len(ids), "room")
        most = len(strongest.intersection(ids))
        parts.append(f"{joint}{some} {forms[len(ids) != 1]}")
        parts += [" (", *named.listed(ids, most=most), ")"] if most else []
    calm = "the other judged room has" if others == 1 else f"the other {count(others)} judged rooms have"
    return (*parts, f"; {calm} {verdict.NO_CLEAR_CHANGE}" if others else "", f"{unknown}.")


_CHANGES = {NEW: ("is new", "are new"), BACK: ("is back", "are back"), FELL_SILENT: ("fell silent",) * 2}


def _changes(activity: Activity, rooms: pd.DataFrame, history: History | None, named: _Names) -> Sentence:
    counts = {word: number for word, number in rankings.changes(rooms).items() if number}
    if not counts:
        return ()
    said = [
        f"{count(number) if place else plural(number, 'room')} {_CHANGES[word][number != 1]}"
        for place, (word, number) in enumerate(counts.items())
    ]
    text = wording.listed(said)
    if activity.unfinished:
        text = text.replace(FELL_SILENT, "had no message so far")
    gone = rooms[rooms["change_word"] == FELL_SILENT]
    if gone.empty:
        return (f"{text}.",)
    largest = gone.nlargest(1, "previous_messages")
    before = plural(int(largest["previous_messages"].iloc[0]), "message")
    room = named[largest["room_id"].iloc[0]]
    if counts[FELL_SILENT] == 1:
        return (f"{text}: ", room, f", which had {before} in {_then(activity)}.")
    return (f"{text}{_now_and_then(activity, gone, history)}; of these, ", room, f" had most before ({before}).")


def _now_and_then(activity: Activity, gone: pd.DataFrame, history: History | None) -> str:
    """Says so where a week without a message is usual for most of these rooms."""
    if history is None or history.elsewhere:
        return ""
    usual = gone["signal"].eq(verdict.NO_CLEAR_CHANGE)
    return " (most of these are rooms that talk now and then)" if 2 * int(usual.sum()) > len(gone) else ""


def _happened(activity: Activity) -> Sentence:
    happened = activity.happened
    parts: list[str | Room] = []
    for number, event in enumerate(happened[:MOST_NAMED]):
        parts += ["; " if number else "In these days: ", Room(event.name), f" ({events.days_told(event)})"]
    more = len(happened) - MOST_NAMED
    return (*parts, f" and {count(more)} more." if more > 0 else ".") if parts else ()


def _silent(activity: Activity, rooms: pd.DataFrame) -> Sentence:
    now = {name: figure.now for name, figure in measures.totals(rooms, activity.previous).items()}
    share = share_text(now["busiest_share"], 100)
    busiest = f"The ten busiest rooms hold {share} of all messages" if len(rooms) > measures.BUSIEST else ""
    if activity.directory == "pending":
        return (f"{busiest}.",) if busiest else ()
    number, so_far = now["inactive_rooms"], " so far" * activity.unfinished
    inactive = f"{count(number)} of {plural(len(rooms), 'room')} had no message{so_far}"
    if number == 0 and now["active_rooms"] == len(rooms):
        inactive = f"{'all rooms' if len(rooms) > 1 else 'the only room'} had messages{so_far}"
    never = int((rooms["state"] == NEVER_USED).sum())
    inactive += f", {count(never)} of them never had one" if never else ""
    return (f"{busiest}; {inactive}." if busiest else f"{inactive[:1].upper()}{inactive[1:]}.",)
