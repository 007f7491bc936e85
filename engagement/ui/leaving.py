"""The end of a session, for every tab."""

from __future__ import annotations

from engagement.ui.asking import name_of
from engagement.ui.hub import hub
from engagement.ui.runtime import runtime


def end(session_id: str) -> None:
    """Ends a session in every tab and copy; an unknown one is no error. Raises StoreUnavailable."""
    runtime().sessions.end(session_id)
    hub().clients.close(name_of(session_id))
