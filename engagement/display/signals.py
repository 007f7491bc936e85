"""What is said of signals beside their words: what they are, what is usual, what would be news, what could be seen."""

from __future__ import annotations

import math

import pandas as pd

from engagement.display.wording import count, day_text, period_text, plural
from engagement.numbers.basis import Basis
from engagement.numbers.calibration import FEWEST_WEEKS_OF_BAR
from engagement.numbers.periods import Period
from engagement.numbers.weeks import History

# In general: of communities of chat whose weeks were shuffled, so that nothing lasted (docs/verdict.md).
CHANCE = "about every second signal is chance"
_MOST, _NUMBERS = "most", "one two three four five six seven eight nine ten".split()

# For a manager, as Markdown: one paragraph each.
EXPLAINED = (
    "**Change** is a fact: so many messages more or fewer than in the previous period, or a room that is new, back or "
    "fell silent. Chat is bursty: most rooms change by more than half every week without meaning anything by it.",
    "**Signal** is a judgement: the last full weeks of the period speak clearly against the room's own past. It is "
    "*rising*, *falling*, *unusually silent*, or it has *returned* after weeks of silence.",
    "**No clear change** does not say that nothing happened, but that chance does as much in this room. In a small or "
    "bursty one that is a lot: even −100 % can be no clear change.",
    "**Too few weeks**: the past says too little. Weeks around the turn of the year or with an event that is *not "
    "comparable* are not judged, and weeks in which rooms or days are missing are not known; the reason stands "
    "beside it.",
    "**Usually** 5 to 48 is the range that held nine of ten weeks. A count outside is not news yet; from where on it "
    "would be is told where you look closer: in the weeks of a room in Trends, and in the workbook.",
    "Some signals are wrong, and some changes do not show: how often a tripling would is told of each room.",
)
# What stands in place of signals where there are none.
UNJUDGED = "No room is judged: signals are given on full weeks that are over, by weeks before that have been read."
# What a report says of them at its end, before where their thresholds come from.
IN_SHORT = "A signal is a judgement by the weeks before, no fact as a change is."


def basis_text(basis: Basis, by_chance: float | None = None) -> str:
    """Where the thresholds of signals come from, and how many signals are chance, in one sentence.

    ``by_chance`` is the share of them that are (``numbers.verdict.by_chance``): NaN where none was given, of which
    nothing is said; without it, where it is about no rooms, what holds in general is.
    """
    share = "" if by_chance is None else often(by_chance)
    chance = f"; {share} of the signals on these rooms {'are' if share == _MOST else 'is'} chance" if share else ""
    if by_chance is None:
        chance = f"; {CHANCE}"
    if basis.period is not None:
        weeks = f"{plural(basis.known, 'week')} of this workspace, {period_text(basis.period)}"
        hold = (
            f"; they hold since {day_text(basis.since)}, and what was made before goes by others" if basis.since else ""
        )
        return f"The thresholds of signals were found on {weeks}{hold}{chance}."
    if basis.net:
        others = "The thresholds of signals are those found on other communities"
        return f"{others}, as net counts have none of their own{chance}."
    until = f"until it has {FEWEST_WEEKS_OF_BAR}" if basis.known < FEWEST_WEEKS_OF_BAR else "until its own are found"
    read = f"{plural(basis.known, 'week')} of this workspace {'has' if basis.known == 1 else 'have'} been read whole"
    return f"So far {read}; {until}, the thresholds of signals are those found on other communities{chance}."


def often(share: float) -> str:
    """A share in words: "about one in five"; empty where it is not known."""
    if math.isnan(share):
        return ""
    if share < 1 / len(_NUMBERS):
        return "hardly any"
    of = round(1 / share)
    return f"about one in {_NUMBERS[of - 1]}" if of > 1 else _MOST


def judged_days(history: History) -> str:
    """ "the week 9–15 Nov 2026" or "the four weeks 19 Oct – 15 Nov 2026": what signals are on."""
    return weeks_text(history.judged_period, month=history.month)


def weeks_text(days: Period, *, month: bool) -> str:
    """The same of these ``days``."""
    return f"the {'four weeks' if month else 'week'} {period_text(days)}"


def usual(low: float, high: float, messages: float = math.nan) -> str:
    """ "usually 5 to 48", or why there are fewer ``messages`` than none; empty where that is not known."""
    if messages < 0:
        return "more deleted than written"
    return "" if math.isnan(low) or math.isnan(high) else f"usually {count(low)} to {count(high)}"


def news(below: float, above: float) -> str:
    """ "would be news below 4 or above 160"; empty where that is not known."""
    if math.isnan(above):
        return ""
    return f"would be news {f'below {count(below)} or ' if below > 0 else ''}above {count(above)}"


def seen(chance: float, what: str = "this room") -> str:
    """ "a tripling of this room would show within a month about 4 times in 10"; empty where that is not known."""
    if math.isnan(chance):
        return ""
    times = round(10 * chance)
    often = {0: "hardly ever", 1: "about once in 10", 10: "nearly always"}.get(times, f"about {times} times in 10")
    return f"a tripling of {what} would show within a month {often}"


def closer(judged: pd.Series, what: str = "this room") -> list[str]:
    """What is told of a signal to whoever looks closer, one row of ``numbers.verdict.judge``."""
    told = news(judged["news_below"], judged["news_above"]), seen(judged["seen_tripling"], what)
    return [text for text in told if text]
