"""A dashboard with one session of each account of two workspaces, and what tabs of theirs are sent."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import requests
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import BackendOperationResponse

from engagement.demo import DemoServer
from engagement.errors import SignedOut
from engagement.ui import session
from engagement.ui.runtime import Runtime
from tests.matrix.names import OURS, THEIRS, letters, workspace
from tests.support.access_tools import PAGES, signed_in
from tests.support.dashboard import Dashboard
from tests.support.leaks import LEAKS
from tests.support.visitor import Visitor

# Whose account of the workspace each is. The last three have seen the figures before.
USERS = {
    "viewer": "viewer",
    "analyst": "analyst",
    "manager": "manager",
    "admin": "admin",
    "stranger": "admin",
    "signed out": "manager",
    "revoked": "manager",
    "withdrawn": "leaver",
}
ENDED = ("signed out", "revoked", "withdrawn")
EVERY_TYPE = {"types": ["Channels", "Private", "Direct"]}
PEOPLE = "Show the people of direct messages"
TABLE = "inactive_rooms"
# Above a thousand rows, tables come in pieces.
FEW, MANY, PIECE = 3, 1_010, 1_000
# Characters that a script of ours never has.
LIBRARY = 1_000_000
_FIGURES = {"metric", "plotly_chart", "dataframe", "table", "download_button"}

Query = dict[str, str | list[str]]


@dataclass(frozen=True)
class Look:
    """What a page was to an account: all that was sent, what its last run says, whether that drew any number, chart,
    table or file, and the texts of the files by their buttons.
    """

    sent: str
    said: str
    figures: bool
    files: Mapping[str, str]


class Tab:
    """An open tab of one account, and everything that was ever sent to it."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.sent = ""
        self.said = ""
        self._set: dict[str, bool] = {}

    def read(self) -> Tab:
        """Runs the page until everything is read that it shows."""
        for _ in range(60):
            self.run()
            if "Stop" not in self.said.splitlines():
                break
            time.sleep(0.5)
        else:
            raise AssertionError("the reading does not end")
        return self

    def run(self) -> Tab:
        """Runs the page once."""
        self.said = self.visitor.whole_run(switched=self._set)
        self.sent += "".join(map(_text, self.visitor.told))
        return self

    def switch(self, label: str) -> Tab:
        """The same with a switch turned on, where the page has it."""
        self._set |= {one.checkbox.id: True for one in self.elements() if one.checkbox.label == label}
        return self.read()

    def elements(self) -> list[Element]:
        """What the last run drew."""
        return [one.delta.new_element for one in self.visitor.told if one.HasField("delta")]

    def look(self, get: Callable[[str], str] | None = None) -> Look:
        """What has been shown until now; with ``get``, which gives the text of a file at a place, its files too."""
        figures = any(one.WhichOneof("type") in _FIGURES for one in self.elements())
        buttons = [one.download_button.label for one in self.elements() if one.HasField("download_button")]
        sent, said = self.sent, self.said
        return Look(sent, said, figures, {button: get(self.make(button)) for button in buttons} if get else {})

    def sources(self) -> list[str]:
        """The names by which pieces of the tables of the last run are asked for."""
        tables = (one.delta.new_element.dataframe for one in self.visitor.told)
        return [table.lazy_data.source_id for table in tables if table.lazy_data.source_id]

    def piece(self, source: str, offset: int = 0, page: str | None = None) -> BackMsg:
        """The question for a piece of a table, of this page or of another."""
        return self.visitor.piece(source, offset, PIECE, page)

    def ask(self, asked: BackMsg) -> BackendOperationResponse:
        """The answer to such a question. Raises ConnectionClosed."""
        self.visitor.ask(asked)
        return self.visitor.answer()

    def make(self, button: str) -> str:
        """The path of the file that a button makes, below the address of the dashboard."""
        [file] = [one.download_button for one in self.elements() if one.download_button.label == button]
        answer = self.ask(self.visitor.file(file.deferred_file_id))
        assert not answer.error_msg
        return str(answer.deferred_file.url)


class House:
    """Both workspaces, and a session of each account in a dashboard that they share with others.

    ``copy`` has the database and key of the dashboard in this process.
    """

    def __init__(self, dashboard: Dashboard, copy: Runtime, inside: ExitStack, silent_rooms: int) -> None:
        self.dashboard, self.copy, self._inside = dashboard, copy, inside
        self.ours: DemoServer = inside.enter_context(workspace(OURS, silent_rooms))
        self.theirs: DemoServer = inside.enter_context(workspace(THEIRS, silent_rooms))
        self.sessions = {account: self.begin(account) for account in USERS}
        # A table that stays open, and the place of a file made of it.
        self.tabs: dict[str, Tab] = {}
        self.files: dict[str, str] = {}
        self._looks: dict[tuple[str, str], tuple[Look, Look]] = {}

    def read_everything(self) -> None:
        """An administrator reads every page with every type and all people, and a year of weeks."""
        for page in PAGES:
            self.looks("admin", page)
        with self.tab("admin", "trends", {"weeks": "52"}) as tab:
            tab.read()

    def open_tables(self) -> None:
        """An administrator, and those whose view will end, open a table and make a file of it."""
        for account in ("admin", *ENDED):
            tab = self.tabs[account] = self._inside.enter_context(self.tab(account, TABLE, EVERY_TYPE))
            self.files[account] = tab.read().make("CSV")

    def file(self) -> str:
        """The place of a file that the administrator makes now, and can have.

        The framework soon forgets files. Whoever made the same of the same rights before was told the same place.
        """
        path = self.tabs["admin"].make("CSV")
        assert self.get("admin", path).status_code == 200
        assert set(self.files.values()) == {path}
        return path

    def end(self) -> None:
        """One signs out in another tab, the token of one is revoked, and one loses the role that shows figures."""
        for account in ENDED:
            with self.tab(account) as tab:
                assert tab.read().look().figures
        self._tickets = {account: self.copy.sessions.ticket(self.sessions[account]) for account in ENDED}
        assert self.post("signed out", "/session/end").status_code == 204
        self.ours.accounts.forget(self.copy.sessions.find(self.sessions["revoked"]).token)
        self.ours.accounts.people["leaver"].roles = ("user",)
        for account in ("revoked", "withdrawn"):
            self.copy.sessions.admitted(self.sessions[account], (), at=session.NEVER)

    def ticket(self, account: str) -> str:
        """A ticket of the session of an account; of a session that has ended, it was made before."""
        try:
            return self.copy.sessions.ticket(self.sessions[account])
        except SignedOut:
            return self._tickets[account]

    def begin(self, account: str) -> str:
        """A new session of an account, whose admission the workspace has yet to give."""
        session_id = signed_in(self.copy, self.workspace_of(account), USERS[account])
        self.copy.sessions.admitted(session_id, (), at=session.NEVER)
        return session_id

    def workspace_of(self, account: str) -> DemoServer:
        return self.theirs if account == "stranger" else self.ours

    @contextmanager
    def tab(self, account: str, page: str = "overview", query: Query | None = None) -> Iterator[Tab]:
        """A new tab of an account."""
        headers = [("Cookie", f"engagement_session={self.sessions[account]}")]
        address = urlencode(query or {}, doseq=True)
        with Visitor(self.dashboard.url, page, address, headers=headers) as visitor:
            yield Tab(visitor)

    def looks(self, account: str, page: str) -> tuple[Look, Look]:
        """A page with every type, with its files, before and after the people of direct messages are asked for.

        Many cells are about it, so that it is opened once.
        """
        if (account, page) not in self._looks:

            def get(path: str) -> str:
                answer = self.get(account, path)
                assert answer.status_code == 200
                return text_of(answer.content)

            with self.tab(account, page, EVERY_TYPE) as tab:
                self._looks[account, page] = (tab.read().look(get), tab.switch(PEOPLE).look(get))
        return self._looks[account, page]

    def get(self, account: str, path: str) -> requests.Response:
        return requests.get(f"{self.dashboard.url}{path}", cookies=self._cookies(account), timeout=30)

    def post(self, account: str, path: str, **more: Any) -> requests.Response:
        return requests.post(f"{self.dashboard.url}{path}", cookies=self._cookies(account), timeout=30, **more)

    def _cookies(self, account: str) -> dict[str, str]:
        return {"engagement_session": self.sessions[account]}


def seen(account: str, text: str) -> str:
    """The letters of what stands in a text for an account. Fails where anything of the other workspace does."""
    LEAKS.look("page or file", text)
    own, other = (THEIRS, OURS) if account == "stranger" else (OURS, THEIRS)
    assert letters(text, other) == ""
    return letters(text, own) or "-"


def _text(message: Any) -> str:
    """A message as it went over the wire. Tables and charts hold their texts as they are, and ours are ASCII."""
    return str(message.SerializeToString().decode("latin-1"))


def text_of(content: bytes) -> str:
    """All text in a file, without the library that draws its charts; a workbook is an archive of texts."""
    if not content.startswith(b"PK"):
        return "".join(part for part in content.decode("utf-8").split("<script>") if len(part) < LIBRARY)
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return "\n".join(book.read(name).decode("utf-8") for name in book.namelist())
