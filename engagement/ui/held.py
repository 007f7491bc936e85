"""What the browser of a tab still holds of what it was sent, so that a part of a page can travel as its hash.

The framework goes by what the browser said it held when it asked, and is wrong where the browser let go of a part
while its question was on the way: the page is then cut off from the server for good ("Cached ForwardMsg MISS"), for
instance where somebody is back at a period while another is still being drawn. A part of the last whole run is never
let go before the next one has ended: that is what counts here, in the order in which the browser hears it.
"""

from __future__ import annotations

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

_AGAIN = ForwardMsg.ScriptFinishedStatus.FINISHED_EARLY_FOR_RERUN


class Held:
    """The hashes of parts that one browser holds for sure, over one websocket."""

    def __init__(self) -> None:
        self._before: set[str] = set()
        self._drawn: set[str] = set()
        self._drawing = False

    def of(self, said: list[str]) -> list[str]:
        """Of the hashes in a question, those that it will still hold when the answer comes; while a run is drawn, only
        what that has drawn already, because its end lets go of others.
        """
        sure = self._drawn if self._drawing else self._before
        return [one for one in said if one in sure]

    def hears(self, raw: bytes) -> bool:
        """Notes a message to the browser; False where it is the hash of a part that may be held no more."""
        told = ForwardMsg.FromString(raw)
        # A run of a fragment lets go of nothing but parts of its own, which are never counted.
        whole = not told.metadata.run.fragment_ids
        match told.WhichOneof("type"):
            case "new_session" if whole:
                self._drawn, self._drawing = set(), True
            case "script_finished" if whole:
                # Before a run that begins anew at once, nothing is let go.
                self._before = self._drawn | (self._before if told.script_finished == _AGAIN else set())
                self._drawn, self._drawing = set(), False
            case "ref_hash":
                if told.ref_hash not in self._before | self._drawn:
                    return False
                self._drawn.add(told.ref_hash)
            case "delta" if told.metadata.cacheable and not told.delta.fragment_id:
                self._drawn.add(told.hash)
        return True
