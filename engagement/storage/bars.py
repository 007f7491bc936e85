"""The bar of a scope as it is kept: thresholds, and the weeks that they were found on."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import Connection, text

from engagement.errors import InvalidInput
from engagement.numbers.bar import Bar

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class KeptBar:
    """``bar`` was found by this ``rule`` at ``found_at``, on the weeks that begin on these days, in order."""

    rule: str
    found_at: datetime
    weeks: tuple[date, ...]
    bar: Bar


def load_bar(connection: Connection, scope_id: int, rule: str) -> KeptBar | None:
    """The bar of the scope, where one is kept that was found by this rule and can be read."""
    row = connection.execute(
        text("SELECT found_at, weeks, bar FROM bars WHERE scope_id = :scope AND rule = :rule"),
        {"scope": scope_id, "rule": rule},
    ).one_or_none()
    if row is None:
        return None
    try:
        weeks = tuple(date.fromisoformat(day) for day in json.loads(row.weeks))
        if not weeks or list(weeks) != sorted(set(weeks)):
            raise InvalidInput("A bar is found on weeks in order.")
        return KeptBar(rule, datetime.fromtimestamp(row.found_at, UTC), weeks, Bar.from_json(row.bar))
    except (InvalidInput, ValueError, TypeError, OverflowError, OSError):
        _log.warning("The thresholds of a workspace are damaged in the archive.")
        return None


def write_bar(connection: Connection, scope_id: int, kept: KeptBar) -> None:
    """Keeps the bar in place of one from before."""
    forget_bar(connection, scope_id)
    connection.execute(
        text("INSERT INTO bars (scope_id, rule, found_at, weeks, bar) VALUES (:scope, :rule, :found_at, :weeks, :bar)"),
        {
            "scope": scope_id,
            "rule": kept.rule,
            "found_at": kept.found_at.timestamp(),
            "weeks": json.dumps([str(day) for day in kept.weeks]),
            "bar": kept.bar.to_json(),
        },
    )


def forget_bar(connection: Connection, scope_id: int) -> None:
    """Keeps no bar of the scope any more."""
    connection.execute(text("DELETE FROM bars WHERE scope_id = :scope"), {"scope": scope_id})


def drop_bars_without_weeks(connection: Connection) -> None:
    """A bar goes with the last week of its scope."""
    connection.execute(
        text("DELETE FROM bars WHERE NOT EXISTS (SELECT 1 FROM windows WHERE windows.scope_id = bars.scope_id)")
    )
