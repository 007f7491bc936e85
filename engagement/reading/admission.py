"""Whether the workspace still admits somebody: asked anew every few minutes, before anything is shown to them.

An admission is renewed in the background a minute before it ends, so that nobody waits for it as a rule, and only when
something is to be shown: an open tab where nothing happens costs no call. When the workspace does not answer or asks
for a pause, the view goes on until the admission ends, and then waits; when it says no, the view ends at once. One
renewal at a time serves all tabs of a session, and what each role may do is asked once for everybody: a viewer costs
one call of ``me`` for each renewal.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from engagement.api.client import Client
from engagement.errors import Admitting, Refused
from engagement.reading.jobs import Job, Jobs, Teller
from engagement.reading.rights import Access, admit, roles_told
from engagement.storage.database import Clock

RENEWED_AFTER = timedelta(seconds=225)
# What is sent later than ten seconds after the last look waits for another, so nothing new is seen after five minutes.
LASTS = timedelta(seconds=285)
# Seconds that a view waits for a renewal which it could do without, and for one which it could not.
MOMENT, PATIENCE = 0.3, 2.0
ROLES_KEPT = 30.0

# When it was asked, and which roles have which permission.
_Roles = tuple[datetime, Mapping[str, frozenset[str]]]


@dataclass(frozen=True)
class Admission:
    """What somebody may see, and when the workspace was asked."""

    access: Access
    at: datetime


class Admissions:
    """Asks workspaces for admissions, for all visitors of one process."""

    def __init__(self, jobs: Jobs, clock: Clock) -> None:
        self._jobs = jobs
        self._clock = clock

    def fresh(self, held: Admission) -> bool:
        """True while an admission need not be renewed; soon anew where the workspace did not tell the rights."""
        return self._younger(held, RENEWED_AFTER if held.access.told else timedelta(seconds=ROLES_KEPT))

    def lasts(self, held: Admission) -> bool:
        """True while an admission lets somebody see figures, whether or not it can be renewed."""
        return self._younger(held, LASTS)

    def _younger(self, held: Admission, age: timedelta) -> bool:
        # What is dated in the future was noted by a clock that is wrong, and would last for as long as it is.
        return timedelta(0) <= self._clock() - held.at < age

    def current(
        self, name: str, held: Admission | None, viewer: str, renew: Callable[[Teller[Admission]], Admission]
    ) -> Access:
        """What may be seen now, by ``held`` or what ``renew`` brings in its place.

        ``name`` stands for the session; whoever asks with the same one shares the renewal. Raises Admitting while
        nothing may be shown yet, Refused, or why the workspace could not be asked.
        """
        if held is not None and self.fresh(held):
            return held.access
        usable = held.access if held is not None and self.lasts(held) else None
        job = self._jobs.ask(self._key(name), viewer, renew, keep=0.0, account=name)
        over = job.wait(PATIENCE if usable is None else MOMENT)
        if over and (job.error is None or isinstance(job.error, Refused) or usable is None):
            return job.result().access
        if usable is None:
            raise Admitting(job)
        return usable

    def forget(self, name: str, viewer: str) -> None:
        """Makes the next question about the session ask anew, whatever came of the last."""
        self._jobs.forget(self._key(name), viewer)

    def ask(self, workspace: str, viewer: str, make: Callable[[Teller[Any]], Client], tell: Teller[Any]) -> Admission:
        """Asks the workspace what an account may see; ``make`` gives a client of it. Raises any WorkspaceError."""
        began = self._clock()
        # A client that has just signed in knows the id of its workspace, which another at the address does not have.
        key = (workspace, make(tell).workspace_id, "roles")

        def work(t: Teller[_Roles]) -> _Roles:
            return self._clock(), roles_told(make(t))

        def roles_now() -> _Roles:
            """Asked at most twice a minute for everybody."""
            job: Job[_Roles] = self._jobs.ask(key, viewer, work, keep=ROLES_KEPT)
            return job.result_for(tell)

        at, roles = roles_now()
        if abs(began - at) > timedelta(seconds=ROLES_KEPT):
            self._jobs.forget(key, viewer)
            at, roles = roles_now()
        return Admission(admit(make(tell), roles), min(began, at))

    def _key(self, name: str) -> Hashable:
        return ("admission", name)
