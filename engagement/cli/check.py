"""``check``: can this account read that workspace?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pandas as pd

from engagement.api.client import SEE_ALL_ROOMS, SEE_FIGURES, SEE_STATISTICS
from engagement.cli.connection import Connection, connected
from engagement.display import signals, sources, wording
from engagement.errors import StoreUnavailable
from engagement.numbers.naming import clean
from engagement.numbers.periods import Way
from engagement.numbers.zone import offset_text
from engagement.reading.counters import readings_of
from engagement.reading.facts import Facts
from engagement.reading.workspace import Reader

UNSET = "[dashboard] address is not set"
# Columns that a finding may take, notes included.
WIDEST = 400
_COUNTING = {
    Way.DOCUMENTED: "as expected",
    Way.SWAPPED: "windows begin too late: read in blocks of four days",
    Way.SHORTENED: "the days before are one too few: asked for from an earlier to a later hour",
}


def check() -> int:
    """Writes one line each about version, account, rights, module, rate limit and counting, as they are learned."""
    with connected() as connection:
        for subject, finding in _findings(connection):
            # Names of people and roles are the workspace's.
            print(f"{subject:<10} {wording.short(clean(finding), WIDEST)}", flush=True)
    return 0


def _findings(connection: Connection) -> Iterator[tuple[str, str]]:
    client = connection.client
    release = client.release()
    yield "workspace", client.address
    yield "release", f"Rocket.Chat {release}"
    person = client.me()
    yield "account", f"{person.username} ({', '.join(sorted(person.roles)) or 'no role'})"
    reader = replace(connection.reader(), remembers=False)
    if SEE_FIGURES in reader.access.permissions or not reader.access.told:
        yield "figures", "may be seen (view-engagement-dashboard)"
    every = "all, private ones included"
    yield "directory", every if reader.access.all_rooms else f"public ones only (no {SEE_ALL_ROOMS})"
    facts = reader.facts().result()
    if facts.counted:
        yield "module", "engagement dashboard is on"
    else:
        yield "module", f"no Premium licence: messages are {sources.NET}, by the counters of the rooms listed"
        yield "counters", _counters(reader, facts)
    yield "limit", _limit(connection)
    if facts.counted:
        yield (
            "counting",
            f"{_counting(facts)}; first counted day {facts.first_counted or 'more than a year ago or unknown'}",
        )
        begin = " (not known)" if facts.offset is None else offset_text(facts.offset)
        yield "days", f"begin at UTC{begin}; today is {facts.today(reader.now())} there"
        yield "signals", signals.basis_text(reader.basis(facts, reader.events(facts)).result())
    if not facts.counted:
        yield "years", years_text(reader.statistics(facts).result().rows)
    link = connection.dashboard
    yield "links", f"names in reports lead to {link}/room" if link else "names in reports lead nowhere: " + UNSET
    for note in facts.receipt.notes:
        yield "note", note


def _counters(reader: Reader, facts: Facts) -> str:
    try:
        readings = readings_of(reader.archive, reader.scope(facts))
    except StoreUnavailable as error:
        return str(error)
    return f"{sources.readings_text(readings, facts.offset)}; a run of sync a day keeps the next"


def years_text(rows: pd.DataFrame | None) -> str:
    """Of how many days the workspace tells its totals to the account; None where it does not."""
    if rows is None:
        return f"totals of the workspace are not told to this account ({SEE_STATISTICS})"
    since = f" since {wording.day_text(rows.index[0].date())}" if len(rows) else ""
    return f"totals of {wording.plural(len(rows), 'day')}{since} ({SEE_STATISTICS})"


def _limit(connection: Connection) -> str:
    account = connection.client.account
    limit, everybody = connection.pace.limit(account.user_id if account else ""), connection.pace.limit()
    if limit:
        return f"{limit} calls a minute"
    return f"none for this account{f'; signing in has {everybody} a minute for everybody' if everybody else ''}"


def _counting(facts: Facts) -> str:
    return "not known yet" if facts.way is Way.DOCUMENTED and not facts.checked else _COUNTING[facts.way]
