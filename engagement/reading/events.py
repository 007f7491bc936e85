"""Where the events of a workspace are kept: nowhere, for one that nothing tells from others at its address."""

from __future__ import annotations

from engagement.errors import StoreUnavailable, Unrecognised
from engagement.numbers.events import Events
from engagement.reading.identity import Identity
from engagement.storage.archive import Archive
from engagement.storage.events import EventBook


def book(archive: Archive, identity: Identity) -> EventBook:
    """Where to read and write them. Raises Unrecognised."""
    if not identity.known:
        raise Unrecognised
    return archive.events(identity.name)


def known_events(archive: Archive, identity: Identity) -> Events:
    """The events as they are at this moment; none where they cannot be had, which spoils no figure."""
    try:
        return book(archive, identity).all()
    except (StoreUnavailable, Unrecognised):
        return ()
