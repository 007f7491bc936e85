"""How much is said in each generated room on each day: bursty, mostly silent, and fading."""

from __future__ import annotations

from datetime import date
from itertools import chain

import numpy as np
import numpy.typing as npt

from engagement.demo.community import DayCounts
from engagement.demo.names import FOUNDING
from engagement.demo.noise import Floats, Keys, gamma, normal, poisson, uniform
from engagement.demo.population import EVENT, FADING, NEVER, STEADY, Ints, Population, loudness

HISTORY_DAYS = 2 * 366
# How strongly a week's level remembers the weeks before it, and for how many of them.
_MEMORY, _MEMORY_WEEKS = 0.75, 8
# By messages a week: spread of the weekly level, and the size k of the negative binomial (fitted to real rooms).
_LEVELS = np.array([1.0, 3.0, 10.0, 30.0, 100.0, 300.0])
_SPREAD = np.array([1.5, 1.8, 1.8, 1.5, 0.9, 0.5, 0.3])
_SIZE = np.array([0.2, 0.7, 1.0, 1.0, 2.0, 5.0, 15.0])
# Below this many messages a week a room is silent, and costs nothing.
_SILENCE = 0.05
_CHUNK = 8192
_FEED_SHARE = 0.28
_WEEKDAYS = np.array(
    [
        [0.17, 0.18, 0.19, 0.18, 0.16, 0.06, 0.06],
        [0.19, 0.21, 0.21, 0.20, 0.17, 0.01, 0.01],
        [0.15, 0.15, 0.15, 0.15, 0.15, 0.13, 0.12],
    ]
)
# By messages in the week: how evenly it is spread over its days (half of 10 to 29 messages fall on one day).
_WEEK_SIZES = np.array([5, 30, 100, 400])
_EVENNESS = np.array([0.25, 0.55, 0.9, 1.6, 4.0])
_PATTERNS = 1024


def day_counts(people: Population, seed: int, today: date) -> DayCounts:
    """Two years of counts up to ``today``, which depend on seed, room and day alone."""
    monday = today.toordinal() - today.weekday()
    weeks = np.arange((monday - HISTORY_DAYS) // 7, monday // 7 + 1)
    patterns = _week_patterns(seed)
    used = np.flatnonzero((people.fate != NEVER) & (people.end >= weeks[0] * 7) & (people.rate > 0))
    chunks = np.split(used, range(_CHUNK, len(used), _CHUNK))
    said = (_by_day(people, rows, weeks, patterns, seed) for rows in chunks)
    parts = [_alive(people, today, *part) for part in chain(said, _special(people, weeks, seed))]
    rooms, days, messages = (np.concatenate(column) for column in zip(*parts, strict=True))
    return DayCounts(days, rooms, messages)


def _alive(
    people: Population, today: date, rooms: Ints, days: Ints, messages: Ints
) -> tuple[npt.NDArray[np.int32], ...]:
    kept = (days >= people.first_use[rooms]) & (days <= np.minimum(people.end, today.toordinal())[rooms])
    return rooms[kept].astype(np.int32), days[kept].astype(np.int32), messages[kept].astype(np.int32)


# The first ordinal day, 1 January of the year 1, is a Monday: weeks are those of ordinals less one.
def _week_begins(week: Ints) -> Ints:
    return week * 7 + 1


def _by_day(people: Population, rows: Ints, weeks: Ints, patterns: Floats, seed: int) -> tuple[Ints, Ints, Ints]:
    row, week, level = _levels(people, rows, weeks, seed)
    talking, row = np.unique(row, return_inverse=True)
    rows = rows[talking]
    room = rows[row]
    key = people.key[room]
    bin_ = np.searchsorted(_LEVELS, level)
    spread, size = _SPREAD[bin_], _SIZE[bin_]
    mood = _moods(people.key[rows], weeks, seed)[row, week - weeks[0]]
    loud = level * np.exp(spread * mood - spread**2 / 2) * gamma(size, key, week, seed=seed, stream="burst") / size
    total = poisson(loud, key, week, seed=seed, stream="week")
    heard = np.flatnonzero(total)
    room, week, total, key = room[heard], week[heard], total[heard], key[heard]
    shape = np.searchsorted(np.array([0.6, 0.9]), uniform(key, seed=seed, stream="weekdays"))
    even = np.searchsorted(_WEEK_SIZES, total)
    drawn = (uniform(key, week, seed=seed, stream="pattern") * _PATTERNS).astype(np.int64)
    offset = uniform(key, week, seed=seed, stream="rounding")
    # Differences of one rounded running sum: the days add up to the week exactly.
    upto = np.floor(patterns[shape, even, drawn] * total[:, None] + offset[:, None]).astype(np.int64)
    per_day = np.diff(upto, axis=1, prepend=0)
    row, weekday = np.nonzero(per_day)
    return room[row], _week_begins(week[row]) + weekday, per_day[row, weekday]


def _levels(people: Population, rows: Ints, weeks: Ints, seed: int) -> tuple[Ints, Ints, Floats]:
    """What a room would say in an average week of its age; only weeks in which it would say anything."""
    begins = _week_begins(weeks)
    first_use, end = people.first_use[rows][:, None], people.end[rows][:, None]
    row, column = np.nonzero((begins[None, :] + 6 >= first_use) & (begins[None, :] <= end))
    room = rows[row]
    age = np.maximum(begins[column] + 6 - people.first_use[room], 0) / 7
    level = people.rate[room] * _season(begins)[column]
    for fate, course in ((EVENT, _event), (FADING, _fading), (STEADY, _steady)):
        mine = people.fate[room] == fate
        level[mine] *= course(people.key[rows], row[mine], age[mine], seed)
    said = level > _SILENCE
    return row[said], weeks[column[said]], level[said]


def _event(key: Keys, row: Ints, age: Floats, seed: int) -> Floats:
    length = 2 + 11 * uniform(key, seed=seed, stream="event length")
    return np.where(age < length[row], 1.0, 0.012 * np.exp(-age / 40))


def _fading(key: Keys, row: Ints, age: Floats, seed: int) -> Floats:
    steepness = 0.5 + 0.9 * uniform(key, seed=seed, stream="fading")
    return np.exp(-steepness[row] * np.log1p(age / 10))


def _steady(key: Keys, row: Ints, age: Floats, seed: int) -> Floats:
    period = 40 + 80 * uniform(key, seed=seed, stream="period")
    phase = 2 * np.pi * uniform(key, seed=seed, stream="phase")
    return np.exp(0.35 * np.sin(2 * np.pi * age / period[row] + phase[row]))


def _season(begins: Ints) -> Floats:
    """The weeks around the turn of the year are quiet."""
    dates = np.array([day.month * 100 + day.day for day in map(date.fromordinal, begins.tolist())])
    return np.select([dates >= 1221, dates >= 1218], [0.4, 0.65], 1.0)


def _moods(key: Keys, weeks: Ints, seed: int) -> Floats:
    """A weekly factor that remembers itself, of mean 0 and variance 1; each week is a sum over the weeks before it."""
    reach = np.arange(weeks[0] - _MEMORY_WEEKS + 1, weeks[-1] + 1)
    shocks = normal(key[:, None], reach[None, :], seed=seed, stream="mood")
    weights = _MEMORY ** np.arange(_MEMORY_WEEKS)
    weights /= np.sqrt(np.sum(weights**2))
    mood = np.zeros((len(key), len(weeks)))
    for back, weight in enumerate(weights):
        begin = _MEMORY_WEEKS - 1 - back
        mood += weight * shocks[:, begin : begin + len(weeks)]
    return mood


def _week_patterns(seed: int) -> Floats:
    """Running shares of a week's days: by weekday profile, by size of the week, drawn beforehand."""
    dice = np.random.default_rng([seed, 7])
    patterns = np.empty((len(_WEEKDAYS), len(_EVENNESS), _PATTERNS, 7))
    for shape, profile in enumerate(_WEEKDAYS):
        for even, evenness in enumerate(_EVENNESS):
            weights = profile * dice.standard_gamma(evenness, (_PATTERNS, 7)) + 1e-12
            patterns[shape, even] = np.cumsum(weights / weights.sum(axis=1, keepdims=True), axis=1)
    patterns[..., -1] = 1.0
    return patterns


def _special(people: Population, weeks: Ints, seed: int) -> list[tuple[Ints, Ints, Ints]]:
    """What the build server says, and the days on which more was deleted than written."""
    days = np.concatenate([_week_begins(weeks) + weekday for weekday in range(7)])
    parts = []
    for room in np.flatnonzero(people.founding >= 0):
        founding = FOUNDING[people.founding[room]]
        if founding.feed:
            weekday = (days - 1) % 7
            # About a quarter of what everybody else says.
            rooms = int(np.sum(~people.gone))
            said = _FEED_SHARE * (sum(room.rate for room in FOUNDING) + 7.5 * rooms * loudness(rooms))
            level = said / 7 * np.where(weekday < 5, 1.25, 0.375)
            swing = np.exp(0.25 * normal(days, seed=seed, stream="feed"))
            parts.append((np.full(len(days), room), days, poisson(level * swing, days, seed=seed, stream="feed")))
        if founding.negative:
            wednesdays = _week_begins(weeks[weeks % 5 == 2]) + 2
            parts.append((np.full(len(wednesdays), room), wednesdays, np.full(len(wednesdays), -6)))
    return parts
