"""Which workspace answers at an address: another one may, after a new installation or when two were swapped.

A token is good at the workspace that issued it alone, so a session need not ask at every reading.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from engagement.api.client import SEE_CHANNELS, Client, Release
from engagement.api.refusals import ENDS_ALL
from engagement.api.release import UNKNOWN
from engagement.errors import Unrecognised, WorkspaceError
from engagement.numbers.receipt import NOTHING_READ, Receipt
from engagement.reading.rights import Access
from engagement.storage.archive import Archive


@dataclass(frozen=True)
class Identity:
    """A workspace: its ``address``, its ``release``, and the ``name`` under which what was read from it is kept.

    Where nothing tells it from others at the address it is not ``known``: the name is then the session's own, and
    nothing is kept. ``skew`` is its clock less ours; ``receipt`` says what is missing, and what it cost to find out.
    """

    address: str
    release: Release
    name: str
    known: bool = True
    skew: timedelta = field(default=timedelta(0), compare=False)
    receipt: Receipt = field(default=NOTHING_READ, compare=False)


def identify(
    client: Client, address: str, access: Access, archive: Archive, session: str, now: Callable[[], datetime]
) -> Identity:
    """Which workspace answers now, from its release and id and, where that is not enough, one small call more.

    Raises what asking for the release raises.
    """
    release = client.release()
    skew = client.server_now() - now()
    own_id, receipt = client.workspace_id, NOTHING_READ
    name = archive.name_by_id(address, own_id) if own_id else None
    # Without view-c-room the server lists what the account has joined, which is no mark of the workspace.
    if name is None and SEE_CHANNELS in access.permissions:
        rooms, receipt = _oldest_rooms(client)
        if rooms:
            name = archive.name_by_rooms(address, own_id, rooms, id_told=release != UNKNOWN)
    if name is None:
        receipt += Receipt(notes=(str(Unrecognised()),))
        return Identity(address, release, f"{address} in {session}", False, skew, receipt)
    return Identity(address, release, name, skew=skew, receipt=receipt)


def _oldest_rooms(client: Client) -> tuple[dict[str, str], Receipt]:
    try:
        return client.oldest_rooms()
    except ENDS_ALL:
        raise
    except WorkspaceError:
        return {}, NOTHING_READ
