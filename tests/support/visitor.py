"""Somebody who opens the dashboard, without the cost of a browser: what a page draws over its websocket, as text."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from google.protobuf.message import Message
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol


class Visitor:
    """One tab. ``headers`` go with the handshake, as a cookie or what a proxy adds would; ``source`` is whence."""

    def __init__(
        self,
        url: str,
        path: str = "",
        query: str = "",
        *,
        headers: Sequence[tuple[str, str]] = (),
        source: str = "127.0.0.1",
    ) -> None:
        address = f"{url.replace('http', 'ws', 1)}/_stcore/stream"
        self._opening = connect(
            address,
            subprotocols=[Subprotocol("streamlit")],
            additional_headers=list(headers),
            source_address=(source, 0),
            max_size=None,
            open_timeout=30,
        )
        self._path, self._query = path, query
        self.said = ""

    def __enter__(self) -> Visitor:
        self._socket: ClientConnection = self._opening.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._opening.__exit__(None, None, None)

    def run(self) -> None:
        """Asks for the page."""
        asked = BackMsg()
        asked.rerun_script.query_string = self._query
        asked.rerun_script.page_name = self._path
        self._socket.send(asked.SerializeToString())

    def until(self, text: str, seconds: float = 90.0) -> str:
        """Runs the page again and again, as an open one does, until a run draws ``text``: that run."""
        ends = time.monotonic() + seconds
        while text not in (said := self.whole_run(seconds)):
            assert time.monotonic() < ends, f"{text!r} is not in {said!r}"
            time.sleep(0.3)
        return said

    def whole_run(self, seconds: float = 60.0) -> str:
        """Asks for the page and gives everything that its script draws to its end. Raises TimeoutError."""
        self.said = ""
        self.run()
        ends = time.monotonic() + seconds
        while self._listen(ends - time.monotonic()) != "script_finished":
            pass
        return self.said

    def _listen(self, seconds: float) -> str:
        raw = self._socket.recv(timeout=max(0.01, seconds))
        told = ForwardMsg()
        told.ParseFromString(raw if isinstance(raw, bytes) else raw.encode())
        kind = str(told.WhichOneof("type"))
        if kind == "delta":
            self.said += "\n" + "\n".join(_texts(told.delta))
        return kind


def _texts(message: Message) -> list[str]:
    """Every text anywhere in a message."""
    found: list[str] = []
    for field, value in message.ListFields():
        values: Any = value if field.is_repeated else [value]
        if field.type == field.TYPE_STRING:
            found += [str(one) for one in values]
        elif field.type == field.TYPE_MESSAGE and not (field.message_type.GetOptions().map_entry):
            for one in values:
                found += _texts(one)
    return found
