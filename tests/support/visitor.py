"""Somebody who opens the dashboard, without the cost of a browser: what a page draws over its websocket, as text."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from google.protobuf.message import Message
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import BackendOperationResponse, ForwardMsg
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

_NOTHING: Mapping[str, bool] = MappingProxyType({})


def connected(
    url: str, headers: Sequence[tuple[str, str]] = (), words: Sequence[str] = (), **options: Any
) -> ClientConnection:
    """The websocket that a page of the dashboard opens; ``words`` go with the handshake, ``options`` to ``connect``."""
    return connect(
        f"{url.replace('http', 'ws', 1)}/_stcore/stream",
        subprotocols=[Subprotocol(word) for word in ("streamlit", *words)],
        additional_headers=list(headers),
        max_size=None,
        **options,
    )


def received(socket: ClientConnection, seconds: float) -> ForwardMsg:
    """The next message of the framework. Raises TimeoutError and ConnectionClosed."""
    raw = socket.recv(timeout=seconds)
    told = ForwardMsg()
    told.ParseFromString(raw if isinstance(raw, bytes) else raw.encode())
    return told


class Visitor:
    """One tab. ``headers`` go with the handshake, as a cookie or what a proxy adds would; ``source`` is whence.

    ``page`` is the framework's name of the page that a tab whose connection was cut goes on with.
    """

    def __init__(
        self,
        url: str,
        path: str = "",
        query: str = "",
        *,
        headers: Sequence[tuple[str, str]] = (),
        source: str = "127.0.0.1",
        page: str | None = None,
    ) -> None:
        words = ("x", page) if page else ()
        self._opening = connected(url, headers, words, source_address=(source, 0), open_timeout=30)
        self._path, self._query = path, query
        self.said = ""
        # What the last run sent, by kind: pages have names, tables sources, and buttons files.
        self.told: list[ForwardMsg] = []
        # The hashes of what it says it still holds of earlier runs.
        self.holding: frozenset[str] = frozenset()

    def __enter__(self) -> Visitor:
        self._socket: ClientConnection = self._opening.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._opening.__exit__(None, None, None)

    def run(self, switched: Mapping[str, bool] = _NOTHING) -> None:
        """Asks for the page, its switches as ``switched`` says by their ids."""
        asked = BackMsg()
        asked.rerun_script.query_string = self._query
        asked.rerun_script.page_name = self._path
        asked.rerun_script.cached_message_hashes.extend(self.holding)
        for widget, value in switched.items():
            asked.rerun_script.widget_states.widgets.add(id=widget, bool_value=value)
        self._socket.send(asked.SerializeToString())

    def until(self, text: str, seconds: float = 90.0) -> str:
        """Runs the page again and again, as an open one does, until a run draws ``text``: that run."""
        ends = time.monotonic() + seconds
        while text not in (said := self.whole_run(seconds)):
            assert time.monotonic() < ends, f"{text!r} is not in {said!r}"
            time.sleep(0.3)
        return said

    def whole_run(self, seconds: float = 60.0, switched: Mapping[str, bool] = _NOTHING) -> str:
        """Asks for the page and gives everything that its script draws to its end. Raises TimeoutError."""
        self.said, self.told = "", []
        self.run(switched)
        ends = time.monotonic() + seconds
        while self._listen(ends - time.monotonic()) != "script_finished":
            pass
        return self.said

    def piece(self, source: str, offset: int, limit: int, page: str | None = None) -> BackMsg:
        """The question for a piece of a table, of this page or of another."""
        asked = BackMsg()
        asked.backend_operation_request.request_id = f"{source} {offset}"
        asked.backend_operation_request.session_id = page or self.page
        asked.backend_operation_request.dataframe_chunk.source_id = source
        asked.backend_operation_request.dataframe_chunk.offset = offset
        asked.backend_operation_request.dataframe_chunk.limit = limit
        return asked

    def file(self, file_id: str) -> BackMsg:
        """The question for a file that is made when somebody asks for it."""
        asked = BackMsg()
        asked.backend_operation_request.request_id = file_id
        asked.backend_operation_request.session_id = self.page
        asked.backend_operation_request.deferred_file.file_id = file_id
        return asked

    def ask(self, asked: BackMsg) -> None:
        """Sends what a page would."""
        self._socket.send(asked.SerializeToString())

    def answer(self, seconds: float = 30.0) -> BackendOperationResponse:
        """The answer to a piece of a table, or to a file, that was asked for. Raises ConnectionClosed."""
        while self._listen(seconds) != "backend_operation_response":
            pass
        return self.told[-1].backend_operation_response

    @property
    def page(self) -> str:
        """The framework's name of the page, which whoever knows it may ask to go on with."""
        return next(one.new_session.initialize.session_id for one in self.told if one.HasField("new_session"))

    def go(self, path: str) -> None:
        """Asks for another page from now on."""
        self._path = path

    def close(self) -> None:
        """Cuts the connection, as a network does."""
        self._socket.close()

    def _listen(self, seconds: float) -> str:
        told = received(self._socket, max(0.01, seconds))
        self.told.append(told)
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
