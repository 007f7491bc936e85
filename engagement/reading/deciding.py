"""The worklist of a workspace for whoever may see it, and its word on an activity."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engagement.numbers.decisions import Wish, Worklist
from engagement.reading.facts import Facts
from engagement.reading.rights import warrant
from engagement.reading.workspace import Reader
from engagement.storage.decisions import Decisions, Warrant


@dataclass(frozen=True)
class Desk:
    """What somebody with the right sees and decides. Every method raises StoreUnavailable."""

    decisions: Decisions
    warrant: Warrant

    def worklist(self) -> Worklist:
        """All decisions: the same object until another one is made, here or in another copy."""
        return self.decisions.worklist(self.warrant)

    def decide(self, wishes: Mapping[str, Wish]) -> range:
        """Decides so about each room, by its id; comes back with the numbers of the decisions. Raises InvalidInput."""
        return self.decisions.decide(self.warrant, wishes)

    def undo(self, decision_ids: Iterable[int]) -> range:
        """Takes these decisions back; comes back with the numbers of the rows that say so."""
        return self.decisions.undo(self.warrant, decision_ids)


def desk(reader: Reader, facts: Facts) -> Desk | None:
    """The worklist of the workspace as the reader may see and change it; None for whoever may not, and where nothing
    tells the workspace from another one at its address.
    """
    if reader.decisions is None or not facts.identity.known:
        return None
    right = warrant(reader.access, facts.identity.name)
    return None if right is None else Desk(reader.decisions, right)
