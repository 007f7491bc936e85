"""What the browser of a tab still holds of what it was sent, so that a part of a page can travel as its hash.

The framework goes by what the browser said it held when it asked, and is wrong where the browser let go of a part
while its question was on the way: the page is then cut off from the server for good ("Cached ForwardMsg MISS"), for
instance where somebody is back at a period while another is still being drawn. So the same is counted here as in the
browser, in the order in which it hears it; where they differ, the browser holds more.
"""

from __future__ import annotations

import streamlit as st
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

_AGAIN = ForwardMsg.ScriptFinishedStatus.FINISHED_EARLY_FOR_RERUN


class Held:
    """The hashes of parts that one browser holds for sure, over one websocket."""

    def __init__(self) -> None:
        # After so many ends of runs without it, a part is let go.
        self._most = int(st.get_option("global.maxCachedMessageAge"))
        self._ends = 0
        self._used: dict[str, int] = {}
        self._drawing = False

    def of(self, said: list[str]) -> list[str]:
        """Of the hashes in a question, those that it will still hold when the answer comes, after the end of the run
        that is being drawn.
        """
        oldest = max(0, self._ends + 1 - self._most) if self._drawing else 0
        return [one for one in said if self._used.get(one, -1) >= oldest]

    def hears(self, raw: bytes) -> bool:
        """Notes a message to the browser; False where it is the hash of a part that may be held no more."""
        told = ForwardMsg.FromString(raw)
        # A run of a fragment lets go of nothing but parts of its own, which are never counted.
        whole = not told.metadata.run.fragment_ids
        match told.WhichOneof("type"):
            case "new_session" if whole:
                self._drawing = True
            case "script_finished":
                self._drawing = self._drawing and not whole
                if told.script_finished != _AGAIN:
                    self._ended(whole)
            case "ref_hash":
                if told.ref_hash not in self._used:
                    return False
                self._used[told.ref_hash] = self._ends
            case "delta" if told.metadata.cacheable and not told.delta.fragment_id:
                self._used[told.hash] = self._ends
        return True

    def _ended(self, whole: bool) -> None:
        self._ends += 1
        if whole:
            oldest = self._ends - self._most
            self._used = {one: used for one, used in self._used.items() if used >= oldest}
