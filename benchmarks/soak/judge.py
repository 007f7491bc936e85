"""Every number on a screen beside the truth."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from html import unescape
from typing import Any

import numpy as np

from benchmarks.soak.truth import DAY, Rooms, Truth, View, monday
from tests.support.screen import Screen

_NUMBER = re.compile(r"[+−-]?\d[\d,]*(?:\.\d+)?")
_ROW = re.compile(r"<tr>(.*?)</tr>", re.S)
_CELL = re.compile(r"<t[dh] class=\"\w+\">(.*?)</t[dh]>", re.S)
# The small bars of a card.
_SMALL = re.compile(r"alt=\"([^\"]+) in the last full weeks: ([^\"]*)\"")
_UNKNOWN = "–"
_ISOLATES = {0x2068: None, 0x2069: None}


def numbers(text: str) -> list[float]:
    """The numbers of a text."""
    return [float(one.replace("−", "-").replace(",", "").replace("+", "")) for one in _NUMBER.findall(text)]


@dataclass
class Verdict:
    """How many numbers were compared, and what was wrong."""

    compared: int = 0
    wrong: list[str] = field(default_factory=list)

    def same(self, what: str, shown: Any, true: Any) -> None:
        """One number, or a list of them."""
        self.compared += len(shown) if isinstance(shown, list) else 1
        if not _alike(shown, true):
            self.wrong.append(f"{what}: {shown!r} is shown, {true!r} is true")

    def among(self, what: str, shown: Iterable[tuple[Any, ...]], true: Mapping[tuple[Any, ...], int]) -> None:
        """Rows, each of which must be one of the true ones."""
        rows = Counter(shown)
        self.compared += sum((len(row) - 1) * times for row, times in rows.items())
        for row, times in rows.items():
            if times > true.get(row, 0):
                self.wrong.append(f"{what}: {row!r} is shown {times} times, true are {true.get(row, 0)}")


def _alike(shown: Any, true: Any) -> bool:
    if isinstance(shown, list):
        return len(shown) == len(true) and all(_alike(one, other) for one, other in zip(shown, true, strict=True))
    if shown is None or true is None:
        return shown is true
    return math.isclose(float(shown), float(true), abs_tol=1e-9)


class Judge:
    """Compares one screen, drawn to its end, with the truth of the view that it is about."""

    def __init__(self, truth: Truth, view: View, screen: Screen) -> None:
        self.truth, self.view, self.screen = truth, view, screen
        self.rooms: Rooms = truth.look(view)
        self.found = Verdict()

    def all(self) -> Verdict:
        """Every number of the screen."""
        self._header()
        self._metrics()
        for table in self.screen.tables():
            self._table(table)
        for key, spec in self.screen.charts().items():
            draw = getattr(self, f"_{key.removeprefix('report_')}", None)
            if draw is None:
                self.found.wrong.append(f"nobody knows the chart {key}")
            elif spec["data"]:
                draw(spec["data"], spec["layout"])
        for html in self.screen.each("html"):
            for label, weeks in _SMALL.findall(html.body):
                self._line(label, numbers(weeks.replace(", ", " ")))
            if "report-table" in html.body and "<table" in html.body:
                self._written(html.body)
        return self.found

    def _header(self) -> None:
        said = self.screen.texts()
        line = next((text for text in said.splitlines() if " room" in text and "compared with" in text), "")
        span, before = f"**{self.view.span}**", f"compared with {self.view.previous}"
        if span not in line.replace("\\", "") or before not in line:
            self.found.wrong.append(f"the period: {line!r} is shown, {span} {before} is true")
        listed = re.search(r"All ([\d,]+) rooms? arrived", said.replace("\\", ""))
        if listed:
            self.found.same("rooms received", numbers(listed[1])[0], self.rooms.listed)
        shown = re.search(r"· ([\d,]+) rooms?\b", line)
        if shown:
            self.found.same("rooms shown", numbers(shown[1])[0], len(self.rooms.labels))

    def _metrics(self) -> None:
        now, before = self._tiles(self.rooms.now, None), self._tiles(self.rooms.before, self._existed())
        moved = self.truth.moved(self.rooms, self.view)
        for metric in self.screen.each("metric"):
            if metric.label in moved:
                self.found.same(metric.label, numbers(metric.body)[0], moved[metric.label])
                continue
            true, earlier = now[metric.label], before[metric.label]
            decimals = len(metric.body.partition(".")[2].rstrip("\xa0 %"))
            shown = math.nan if metric.body == _UNKNOWN else numbers(metric.body)[0]
            percent = metric.label.startswith("Share")
            # Nearly all is never written as all, so that is cut off and not rounded.
            within = (1.0 if true >= 99.5 else 0.5) * 10**-decimals if percent else 0.051
            self._near(metric.label, shown, true, within)
            self._delta(metric.label, metric.delta, true, earlier, percent=percent)

    def _existed(self) -> Any:
        return self.truth.existed(self.rooms, self.view)

    def _tiles(self, counts: Any, existed: Any) -> dict[str, float]:
        heard = np.sort(counts[counts > 0])[::-1]
        silent = counts <= 0 if existed is None else (counts <= 0) & existed
        return {
            "Messages": float(counts.sum()),
            "Active rooms": float(len(heard)),
            "Median of active rooms": float(np.median(heard)) if len(heard) else math.nan,
            "Inactive rooms": float(silent.sum()),
            "Share of the ten busiest": float(100 * heard[:10].sum() / heard.sum()) if len(heard) else 0.0,
        }

    def _near(self, what: str, shown: float, true: float, within: float) -> None:
        self.found.compared += 1
        if math.isnan(shown) != math.isnan(true) or abs(shown - true) > within + 1e-9:
            self.found.wrong.append(f"{what}: {shown!r} is shown, {true!r} is true")

    def _delta(self, what: str, text: str, now: float, before: float, *, percent: bool) -> None:
        told = numbers(text)
        if not told or "nothing to compare" in text:
            return
        if text.startswith("so far"):
            self._near(f"{what} before", told[0], before, 0.5 if percent else 0.051)
            return
        self._near(f"change of {what}", told[0], now - before, 0.5 if percent else 0.051)
        if not percent and len(told) > 1:
            self._near(f"change of {what} in percent", told[1], 100 * (now - before) / before, 0.5)

    def _line(self, what: str, shown: list[float]) -> None:
        """The last full weeks of the period, as many as are known."""
        columns = self._weeks(self._last_week(), len(shown)).T
        self.found.same(f"weeks of {what}", shown, [self._tiles(week, None)[what] for week in columns])

    def _last_week(self) -> date:
        """The first day of the last full week inside the period that is over."""
        end = min(self.view.span.last, self.view.today - DAY)
        return monday(end + DAY) - 7 * DAY

    def _weeks(self, last: date, number: int) -> Any:
        return self.truth.weeks(self.rooms, last, number)

    def _table(self, table: Mapping[str, list[Any]]) -> None:
        labels = [_plain(room) for room in table["Room"]]
        if "Messages" in table:
            self.found.among("rows", zip(labels, table["Messages"], table["Previous"], strict=True), self.rooms.pairs())
            changes = [now - before for now, before in zip(table["Messages"], table["Previous"], strict=True)]
            self.found.same("changes", table["Change"], changes)
            self._percents(table)
        if "Weeks" in table:
            self._lines(labels, table["Weeks"])
        if "Share %" in table:
            total = int(self.rooms.now.clip(min=0).sum())
            for share, now in zip(table["Share %"], table["Messages"], strict=True):
                self._percent("share", share, 100 * max(now, 0) / total)
        if "Silent days" in table:
            self._silent_days(labels, table)

    def _percents(self, table: Mapping[str, list[Any]]) -> None:
        for shown, change, before in zip(table["Change %"], table["Change"], table["Previous"], strict=True):
            true = 100 * change / before if before > 0 else math.nan
            self._percent("change in percent", math.nan if shown is None else shown, true, 100 if true >= 899.5 else 1)

    def _percent(self, what: str, shown: float, true: float, step: float = 1) -> None:
        """Percents are rounded to so many, below ten to one decimal: half of that is right."""
        self.found.compared += 1
        most = (0.1 if abs(true) < 9.95 else step) / 2 + 1e-6 * max(1, abs(true))
        if math.isnan(shown) != math.isnan(true) or abs(shown - true) > most:
            self.found.wrong.append(f"{what}: {shown!r} is shown, {true!r} is true")

    def _lines(self, labels: list[str], shown: list[list[float]]) -> None:
        weeks = self._weeks(self._last_week(), 8)
        true: dict[str, set[tuple[int, ...]]] = {}
        for label, row in zip(self.rooms.labels, weeks.tolist(), strict=True):
            true.setdefault(label, set()).update(tuple(row[begin:]) for begin in range(len(row) + 1))
        for label, line in zip(labels, shown, strict=True):
            self.found.compared += len(line)
            if tuple(int(one) for one in line) not in true.get(label, set()):
                self.found.wrong.append(f"weeks of {label}: {line!r} is shown")

    def _silent_days(self, labels: list[str], table: Mapping[str, list[Any]]) -> None:
        true: Counter[tuple[str, int | None]] = Counter()
        for label, number, now in zip(
            self.rooms.labels, self.rooms.numbers.tolist(), self.rooms.now.tolist(), strict=True
        ):
            if now <= 0:
                true[label, self.truth.silent_days(number, self.view)] += 1
        told = [(a, int(b)) for a, b in zip(labels, table["Silent days"], strict=True) if b is not None]
        self.found.among("silent days", [(*row,) for row in told], true)

    def _top_rooms(self, data: list[dict[str, Any]], layout: dict[str, Any]) -> None:
        # A bar can be broken, the number in front of it is whole.
        bars = [int(numbers(text)[0]) for text in layout["yaxis"]["ticktext"]]
        self.found.same("busiest rooms", bars, np.sort(self.rooms.now)[::-1][: len(bars)].tolist())
        self._hovers(data[0]["hovertext"], "before: ")

    _top = _top_rooms

    def _hovers(self, texts: list[str], mark: str) -> None:
        pairs = {(now, before if before > 0 or mark == "all" else 0) for _, now, before in self.rooms.pairs()}
        for text in texts:
            counts = text.split("</b><br>", 1)[1]
            now = int(numbers(counts)[0])
            before = next((int(numbers(part)[0]) for part in counts.split("before: ")[1:]), 0)
            self.found.compared += 2
            if (now, before) not in pairs:
                self.found.wrong.append(f"{text!r} is no room")

    def _movers(self, data: list[dict[str, Any]], _: Any) -> None:
        # Which rooms come first is up to their signals.
        shown = [int(numbers(text)[0]) for text in data[0]["text"]]
        changes = Counter((change,) for change in (self.rooms.now - self.rooms.before).tolist())
        self.found.among("changes", [(change,) for change in shown], changes)
        self.found.same("gains above losses", [n > 0 for n in shown], sorted((n > 0 for n in shown), reverse=True))
        self.found.compared += len(shown)

    def _messages_per_day(self, data: list[dict[str, Any]], _: Any) -> None:
        shown, parts = data[0]["y"], self.view.span.parts()
        true = self.truth.by_part(self.rooms, parts)
        # What has not arrived yet is not shown, and what has not begun never is.
        known = [part.first <= self.view.today and value is not None for part, value in zip(parts, shown, strict=True)]
        self.found.same(
            "messages per day", shown, [one if is_so else None for one, is_so in zip(true, known, strict=True)]
        )
        if all(known):
            self.found.same("bars together", sum(shown), int(self.rooms.now.sum()))
        for ticks in (trace for trace in data[1:] if trace.get("mode") == "lines"):
            before = self.truth.by_part(self.rooms, self.view.previous.parts())
            places = [round(x + 0.44) for x in ticks["x"][::3]]
            self.found.same("days before", ticks["y"][::3], [before[place] for place in places])

    _days = _messages_per_day

    def _silence(self, data: list[dict[str, Any]], layout: dict[str, Any]) -> None:
        names = [note["text"] for note in layout["annotations"]][: len(data[0]["x"])]
        shown, true = dict(zip(names, data[0]["x"], strict=True)), self.truth.states(self.rooms, self.view)
        self.found.same("inactive rooms", sum(data[0]["x"]), sum(true.values()))
        if "blue: fell silent" in self.screen.texts():
            self.found.same("rooms that fell silent", sum(data[1]["x"]), true["Fell silent"])
        if self.view.all_rooms:
            self._never_used(shown.get("Never used", 0), shown.get("Unknown", 0))
            self.found.same("unused so far", shown.get("Unused so far", 0), true["Unused so far"])

    _inactive = _silence

    def _never_used(self, shown: int, unknown: int) -> None:
        """Whether a channel of a team was never used is not always known."""
        true = self.truth.states(self.rooms, self.view)["Never used"]
        self.found.compared += 1
        if not shown <= true <= shown + unknown:
            self.found.wrong.append(f"never used: {shown} and {unknown} unknown are shown, {true} is true")

    def _current_vs_previous(self, data: list[dict[str, Any]], _: Any) -> None:
        points = [text for trace in data for text in trace.get("hovertext", ())]
        either = int(((self.rooms.now > 0) | (self.rooms.before > 0)).sum())
        like = [re.search(r"and ([\d,]+) rooms? like it", text) for text in points]
        together = sum(int(one[1].replace(",", "")) for one in like if one)
        self.found.same("points", len(points) + together, either)
        self._hovers(points, "all")

    def _weekly_totals(self, data: list[dict[str, Any]], _: Any) -> None:
        line = next(trace["y"] for trace in data if trace.get("mode") == "lines+markers")
        weeks = self._weeks(self._last_week(), len(line))
        self._known("weekly messages", line, weeks.sum(axis=0).tolist())
        active = next(trace["y"] for trace in data if trace["type"] == "bar")
        self._known("weekly active rooms", list(active), (weeks > 0).sum(axis=0).tolist())

    _trend = _weekly_totals

    def _known(self, what: str, shown: list[Any], true: list[int]) -> None:
        """Weeks, of which some may not be known yet."""
        self.found.same(what, shown, [None if one is None else real for one, real in zip(shown, true, strict=True)])

    def _room_line(self, data: list[dict[str, Any]], _: Any) -> None:
        line = next((trace for trace in data if trace.get("mode") == "lines+markers"), None)
        if line is None:
            return
        self._one_of("weeks of a room", line["y"])

    def _one_of(self, what: str, shown: list[Any]) -> None:
        weeks = self._weeks(self._last_week(), len(shown))
        known = [place for place, one in enumerate(shown) if one is not None]
        self.found.compared += len(known)
        if not (weeks[:, known] == np.array([shown[place] for place in known])).all(axis=1).any():
            self.found.wrong.append(f"{what}: {shown!r} is no room")

    def _heat(self, data: list[dict[str, Any]], _: Any) -> None:
        for row in data[0]["text"]:
            cells = [text.rsplit("<br>", 1)[1] for text in row]
            self._one_of(
                "weeks in the heat map", [None if cell == "no data" else int(numbers(cell)[0]) for cell in cells]
            )

    def _written(self, html: str) -> None:
        """A table of the report."""
        head, *rows = [[_bare(cell) for cell in _CELL.findall(row)] for row in _ROW.findall(html)]
        table = {name: [row[place] for row in rows] for place, name in enumerate(head)}
        if "Messages" in table and "Room" in table:
            true = {(label, now, now - before) for label, now, before in self.rooms.pairs()}
            for label, now, change in zip(table["Room"], table["Messages"], table["Change"], strict=True):
                self.found.compared += 2
                if (label, *(int(numbers(text)[0]) for text in (now, change))) not in true:
                    self.found.wrong.append(f"{label} {now} {change} in the report is no room")
        if "Silent days" in table:
            columns = {"Silent days": [numbers(text)[0] if text != _UNKNOWN else None for text in table["Silent days"]]}
            self._silent_days(table["Room"], columns)
        if "Week from" in table or "Day" in table:
            shown = [None if text == _UNKNOWN else numbers(text)[0] for text in table["Messages"]]
            if "Active rooms" in table:
                true = self._weeks(self._last_week(), len(shown)).sum(axis=0).tolist()
            else:
                true = self.truth.by_part(self.rooms, self.view.span.parts())[-len(shown) :]
            self._known("parts of time in the report", shown, true[::-1])


def _bare(cell: str) -> str:
    return _plain(unescape(re.sub(r"<[^>]+>", "", cell)).strip())


def _plain(label: str) -> str:
    """A label without what turns no letter around, and without the number of a direct message."""
    return re.sub(r"^(direct message) \d+$", r"\1", label.translate(_ISOLATES))
