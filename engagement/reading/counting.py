"""The counting check: does a server count the days that it is asked for? One known build does not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pandas as pd

from engagement.api.client import ChannelCounts, Client
from engagement.numbers.periods import Period, windows
from engagement.numbers.receipt import NOTHING_READ, Receipt

NOT_WHOLE_NOTE = "Whether this server counts as expected could not be checked: its room lists did not arrive whole."
TOO_EARLY_NOTE = "Whether this server counts as expected cannot be checked before a full week with messages is over."


@dataclass(frozen=True)
class Counting:
    """Whether a release counts rightly; None where the check proved nothing, and then ``note`` says why.

    ``receipt`` is what the check cost, just now.
    """

    right: bool | None
    note: str = ""
    receipt: Receipt = NOTHING_READ


def week_to_check(sent: pd.Series, last: Period) -> Period:
    """The last full week whose previous week has messages, up to ``last``, which it is where there is none.

    ``sent`` are messages per day by naive midnights of the server.
    """
    week = last
    while len(sent) and week.previous.end >= sent.index.min().date():
        before = week.previous
        if (sent[pd.Timestamp(before.start) : pd.Timestamp(before.end)] != 0).any():
            return week
        week = before
    return last


def check_counting(client: Client, week: Period, offset: timedelta | None) -> Counting:
    """The previous figures of ``week`` must equal those of the week before, on one of two tries.

    It proves nothing when no room counted anything, or when the lists did not arrive whole.
    """
    whole, spent = True, NOTHING_READ
    for _ in range(2):
        own = _counts(client, week.previous, offset)
        both = _counts(client, week, offset)
        receipt = own.receipt + both.receipt
        spent += receipt.cost
        announced, counted = _told(both.rooms, "previous_messages"), _told(own.rooms, "messages")
        if not receipt.complete:
            whole = False
        elif announced.empty and counted.empty:
            return Counting(None, TOO_EARLY_NOTE, spent)
        elif announced.equals(counted):
            return Counting(True, receipt=spent)
    return Counting(False, receipt=spent) if whole else Counting(None, NOT_WHOLE_NOTE, spent)


def _counts(client: Client, week: Period, offset: timedelta | None) -> ChannelCounts:
    return client.channel_counts(windows(week, offset)[0], every_room=False)


def _told(rooms: pd.DataFrame, column: str) -> pd.Series:
    told = rooms.set_index("room_id")[column].rename("messages")
    return told[told != 0].sort_index()
