"""The rooms that may be known without a count, and what is to be said of those that are not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from engagement.api.client import Client, Directory
from engagement.api.refusals import ENDS_ALL
from engagement.errors import WorkspaceError
from engagement.numbers.periods import Period, Way, windows
from engagement.numbers.receipt import Receipt
from engagement.reading.counts import Counts, gap_notes
from engagement.reading.facts import Facts
from engagement.reading.jobs import Teller
from engagement.reading.rights import Access

# No Rocket.Chat counted messages per day before its release 3.1 of 2020, which looked back 90 days.
LONG_AGO = date(2015, 1, 1)

PENDING_NOTE = "The room directory is still being read; inactive rooms follow."
PRIVATE_UNKNOWN_NOTE = (
    "This account may not list all rooms (permission view-room-administration): rooms outside the public directory "
    "that had no message since the server began counting are not known."
)
PRIVATE_UNLISTED_NOTE = (
    "This account may not list all rooms (permission view-room-administration): rooms outside the public directory "
    "are not known."
)
RIGHTS_UNREAD_NOTE = (
    "What this account may see could not be asked, so only what every account may see is shown: rooms outside the "
    "public directory that had no message are not known."
)
EVER_UNREAD_NOTE = "Which rooms had messages before both periods is not known, as their list could not be read."
PRIVATE_LATELY_NOTE = (
    "This account may not list all rooms (permission view-room-administration): rooms outside the public directory "
    "that had no message in either period are not known."
)


def read_directory(client: Client, facts: Facts, access: Access, today: date, tell: Teller[Directory]) -> Directory:
    """The rooms that may be known without a count. Where the account may not see all rooms, also every room that
    was ever active or, on older releases, every room the channel list names.
    """
    tell.stage("Reading the room directory")
    listed = client.directory(full=access.all_rooms, progress=tell.progress)
    if access.all_rooms or not facts.counted:
        return listed
    tell.stage("Reading which rooms were ever active")
    window = windows(Period(LONG_AGO, today), facts.offset)[0]
    try:
        ever = client.channel_counts(window, every_room=True, progress=tell.progress)
    except ENDS_ALL:
        raise
    except WorkspaceError:
        return replace(listed, receipt=listed.receipt + Receipt(notes=(EVER_UNREAD_NOTE,), complete=False))
    return listed.with_rooms_of(ever)


def receipt_of(
    facts: Facts, counts: Counts, listed: Directory | None, directory: str, lacking: Sequence[date], *, told: bool
) -> Receipt:
    """Everything that was read for an activity, directory and facts included, and which days are ``lacking``."""
    return _receipt_of(facts, counts, listed, directory, told=told) + Receipt(notes=gap_notes(facts, lacking))


def _receipt_of(facts: Facts, counts: Counts, listed: Directory | None, directory: str, *, told: bool) -> Receipt:
    receipt = facts.receipt + counts.receipt
    if facts.first_counted and facts.first_counted > counts.previous.start:
        begun = f"The server counted nothing before {facts.first_counted}; earlier days have no data."
        receipt += Receipt(notes=(begun,))
    if listed is None:
        return receipt + Receipt(notes=(PENDING_NOTE,), complete=False)
    receipt += listed.receipt
    if directory == "full":
        return receipt
    if not told:
        return receipt + Receipt(notes=(RIGHTS_UNREAD_NOTE,), complete=False)
    if not facts.counted:
        return receipt + Receipt(notes=(PRIVATE_UNLISTED_NOTE,))
    # A window of all time cannot be asked for where only blocks of days are counted rightly.
    lately = facts.way is Way.SWAPPED and not facts.identity.release.lists_silent_rooms
    return receipt + Receipt(notes=(PRIVATE_LATELY_NOTE if lately else PRIVATE_UNKNOWN_NOTE,))
