"""A tab over its websocket, as the framework's own page speaks: what it shows, and clicks on it."""

from __future__ import annotations

import base64
import io
import json
import re
import ssl
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from html import unescape
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pyarrow as pa
import requests
from google.protobuf.message import Message
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Block_pb2 import Block
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import ClientConnection

from tests.support.visitor import connected, received

Value = str | bool | list[str]
# For how many runs a message is kept that was not part of them, as the framework tells its pages.
_KEPT_FOR = 2


class Screen:
    """One tab. Raises ConnectionClosed and TimeoutError as the websocket does."""

    def __init__(self, url: str, headers: Mapping[str, str], tls: ssl.SSLContext | None = None) -> None:
        self._opening = connected(url, list(headers.items()), ssl=tls, open_timeout=60, close_timeout=5)
        self._socket: ClientConnection = self._opening.__enter__()
        self._chosen: dict[str, Value] = {}
        self._query: dict[str, Value] = {}
        self._pages: dict[str, str] = {}
        self.page = ""
        # What the framework's own page keeps of large messages: they are sent again by their hash alone.
        self._kept: dict[str, tuple[ForwardMsg, int]] = {}
        self._runs = 0
        # The bytes of the last run by what they were.
        self.bytes: Counter[str] = Counter()
        self.elements: dict[tuple[int, ...], Element] = {}
        self.blocks: dict[tuple[int, ...], Block] = {}
        self.seconds = 0.0

    def close(self) -> None:
        self._opening.__exit__(None, None, None)

    def run(self, *, pressed: str = "", seconds: float = 120.0) -> None:
        """Draws the page to the end of its last run; ``pressed`` is the key or label of a button to click."""
        asked = BackMsg()
        state = asked.rerun_script
        state.page_script_hash = self._pages.get(self.page, "")
        state.page_name = self.page
        state.query_string = urlencode(self._query, doseq=True)
        for key, value in self._chosen.items():
            if widget := self.widget(key):
                state.widget_states.widgets.append(_state(widget.id, value))
        if pressed:
            state.widget_states.widgets.append(WidgetState(id=self._button(pressed), trigger_value=True))
        state.cached_message_hashes.extend(self._kept)
        self.bytes.clear()
        begun = time.monotonic()
        self._socket.send(asked.SerializeToString())
        while not self._ended(max(0.01, begun + seconds - time.monotonic())):
            pass
        self.seconds = time.monotonic() - begun

    def forget(self) -> None:
        """Keeps nothing of what was sent, as a tab that has just been opened."""
        self._kept.clear()

    def choose(self, **values: Value) -> None:
        """Sets controls by their keys; those of the address stand in it as well."""
        for key, value in values.items():
            widget = self.needed(key)
            self._chosen[key] = value
            if getattr(widget, "query_param_key", ""):
                self._query[key] = str(value).lower() if isinstance(value, bool) else value

    def go(self, page: str) -> None:
        """To another page, with the controls that all pages share."""
        self.page = page
        shared = ("period", "from", "to", "types", "search", "archived")
        self._query = {key: value for key, value in self._query.items() if key in shared}
        self._chosen = {key: value for key, value in self._chosen.items() if key in shared}

    def _ended(self, seconds: float) -> bool:
        told = self._whole(received(self._socket, seconds))
        kind = told.WhichOneof("type")
        if kind == "new_session":
            self.elements, self.blocks = {}, {}
        elif kind == "navigation":
            self._pages = {page.url_pathname: page.page_script_hash for page in told.navigation.app_pages}
        elif kind == "delta":
            self._take(tuple(told.metadata.delta_path), told)
        elif kind == "script_finished":
            self._runs += 1
            self._kept = {name: one for name, one in self._kept.items() if self._runs - one[1] <= _KEPT_FOR}
        # A run that ends early is followed by another one.
        return kind == "script_finished" and told.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN

    def _whole(self, told: ForwardMsg) -> ForwardMsg:
        """The message itself, where only its hash was sent."""
        self.bytes[_what(told)] += told.ByteSize()
        name = told.ref_hash or told.hash
        if told.HasField("ref_hash"):
            place = told.metadata
            told = ForwardMsg()
            told.CopyFrom(self._kept[name][0])
            told.metadata.CopyFrom(place)
        elif not told.metadata.cacheable:
            return told
        self._kept[name] = (told, self._runs)
        return told

    def _take(self, place: tuple[int, ...], told: ForwardMsg) -> None:
        delta = told.delta
        if delta.HasField("add_block"):
            self.blocks[place] = delta.add_block
            self.elements.pop(place, None)
        elif delta.HasField("new_element"):
            self.elements[place] = delta.new_element
            self.blocks.pop(place, None)
            inside = [other for other in (*self.elements, *self.blocks) if len(other) > len(place)]
            for other in [other for other in inside if other[: len(place)] == place]:
                self.elements.pop(other, None)
                self.blocks.pop(other, None)

    def each(self, kind: str) -> Iterator[Any]:
        """The elements of a kind, in the order of the page."""
        for place in sorted(self.elements):
            if self.elements[place].WhichOneof("type") == kind:
                yield getattr(self.elements[place], kind)

    def widget(self, key: str) -> Any:
        """The control with this key, None where it is not drawn."""
        for element in self.elements.values():
            found: Message = getattr(element, str(element.WhichOneof("type")))
            if str(getattr(found, "id", "")).endswith(f"-{key}"):
                return found
        return None

    def _button(self, name: str) -> str:
        labelled = [button.id for button in self.each("button") if button.label == name]
        return labelled[0] if labelled else str(self.needed(name).id)

    def needed(self, key: str) -> Any:
        """As ``widget``. Raises KeyError."""
        found = self.widget(key)
        if found is None:
            raise KeyError(key)
        return found

    def texts(self) -> str:
        """What is written on the page, without charts and tables."""
        said = [one.body for kind in ("heading", "markdown", "alert", "html", "text") for one in self.each(kind)]
        return "\n".join(said)

    def popovers(self) -> list[str]:
        """The words on the popovers."""
        return [block.popover.label for block in self.blocks.values() if block.HasField("popover")]

    @property
    def reading(self) -> bool:
        """True while something is still being read."""
        return any(self.widget(f"stop_{unit}") for unit in ("rooms", "weeks", "admission", "rooms beside"))

    def charts(self) -> dict[str, dict[str, Any]]:
        """The specifications of the charts by their keys, without what tells one that was clicked on from the next."""
        specs = [(chart.id.split("-plot_")[-1], json.loads(chart.spec)) for chart in self.each("plotly_chart")]
        keys = {re.sub(r"_\d+$", "", key): spec for key, spec in specs}
        for spec in keys.values():
            for trace in spec["data"]:
                trace.update({axis: _plain(trace[axis]) for axis in ("x", "y", "z") if axis in trace})
        return keys

    def tables(self) -> list[dict[str, list[Any]]]:
        """The tables as columns; of a table that is sent piece by piece, the first piece."""
        return [_columns(table) for table in self.each("dataframe")]


def signed_in(url: str, user: str, browser: requests.Session) -> Screen:
    """The overview in a tab of somebody who has just signed in, with the password that is the name."""
    screen = Screen(url, {})
    screen.run()
    screen.choose(signin_user=user, signin_password=user)
    screen.run(pressed="Sign in")
    hand_in(screen, url, browser)
    return screen


def hand_in(screen: Screen, url: str, browser: requests.Session) -> None:
    """As the page's own script does: hands the ticket of a sign-in in for the cookie."""
    for html in screen.each("html"):
        if ticket := re.search(r'data-engagement-body="([^"]+)"', html.body):
            site = {"Sec-Fetch-Site": "same-origin"}
            answer = browser.post(f"{url}/session/begin", unescape(ticket[1]), headers=site, timeout=30)
            answer.raise_for_status()


def _what(told: ForwardMsg) -> str:
    """The kind of a message, or of the element in it."""
    if told.WhichOneof("type") == "delta" and told.delta.HasField("new_element"):
        return str(told.delta.new_element.WhichOneof("type"))
    return str(told.WhichOneof("type"))


def _state(widget_id: str, value: Value) -> WidgetState:
    state = WidgetState(id=widget_id)
    if isinstance(value, bool):
        state.bool_value = value
    elif isinstance(value, str):
        state.string_value = value
    else:
        state.string_array_value.data.extend(value)
        state.string_array_value.SetInParent()
    return state


def _plain(values: Any) -> Any:
    if isinstance(values, dict) and "bdata" in values:
        return np.frombuffer(base64.b64decode(values["bdata"]), dtype=values["dtype"]).tolist()
    return values


def _columns(table: Any) -> dict[str, list[Any]]:
    raw = table.arrow_data.data or table.lazy_data.initial_chunk.data
    with pa.ipc.open_stream(io.BytesIO(raw)) as stream:
        read = stream.read_all()
    return {str(name): read.column(name).to_pylist() for name in read.column_names}
