"""How each release of a workspace was seen to count, as it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, text

from engagement.numbers.periods import Way


@dataclass(frozen=True)
class CountingCheck:
    """How a release of a workspace counts, and when that was seen."""

    way: Way
    checked_at: datetime


def load_check(connection: Connection, workspace: str, release: str) -> CountingCheck | None:
    """How the last check of this release of the workspace ended; None when none is kept with its way."""
    row = connection.execute(
        text("SELECT detail, checked_at FROM checks WHERE workspace = :workspace AND release = :release"),
        {"workspace": workspace, "release": release},
    ).one_or_none()
    if row is None or row.detail not in {*Way}:
        return None
    return CountingCheck(Way(row.detail), datetime.fromtimestamp(row.checked_at, UTC))


def write_check(connection: Connection, workspace: str, release: str, check: CountingCheck) -> None:
    """Keeps how a check ended, in place of an earlier one."""
    key = {"workspace": workspace, "release": release}
    seen = {"at": check.checked_at.timestamp(), "sound": check.way is Way.DOCUMENTED, "way": check.way.value}
    connection.execute(text("DELETE FROM checks WHERE workspace = :workspace AND release = :release"), key)
    connection.execute(
        text(
            "INSERT INTO checks (workspace, release, checked_at, sound, detail) "
            "VALUES (:workspace, :release, :at, :sound, :way)"
        ),
        key | seen,
    )
