"""Fails a test in which a secret that it used turns up where no secret may be.

Secrets are what accounts, sessions, tickets and the configuration hold while a test runs. They are looked for in log
records, in what was printed, in the texts of our errors, in the keys of jobs, on pages, and in the files that the run
leaves behind.
"""

from __future__ import annotations

import logging
import re
from collections import defaultdict
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from engagement import errors
from engagement.api.account import Account
from engagement.reading.jobs import Jobs
from engagement.settings import keys
from engagement.storage.sessions import Sessions

# Shorter ones, such as the passwords of the demo workspace, are words that stand on every page.
SHORTEST = 16
# What tokens are made of; other secrets are looked for one by one.
WORD = re.compile(rf"[\w-]{{{SHORTEST},}}", re.ASCII)
# What a test or the dashboard itself writes to keep a secret in, readable by its owner alone.
KEEPERS = ("secrets.toml", "session.key")
# What everybody can read: its values are examples, and one test tries them.
SHIPPED = ("secrets.example.toml",)


class Leaks:
    """The secrets of a run, and where they were seen."""

    def __init__(self) -> None:
        # By what they begin with, in every text that is long enough: a run knows thousands, and reads megabytes.
        self._beginning: dict[str, set[str]] = defaultdict(set)
        self._odd: set[str] = set()
        self.found: list[str] = []

    def know(self, *secrets: object) -> None:
        """These are secret from now on."""
        for one in secrets:
            if not isinstance(one, str) or len(one) < SHORTEST:
                continue
            if WORD.fullmatch(one):
                self._beginning[one[:SHORTEST]].add(one)
            else:
                # As it is, and as a file has it that is read byte by byte.
                self._odd |= {one, one.encode().decode("latin-1")}

    def seen(self, text: str) -> Iterator[tuple[str, int]]:
        """Every secret that stands in a text, and where."""
        for word in WORD.finditer(text):
            for at in range(word.start(), word.end() - SHORTEST + 1):
                for secret in self._beginning.get(text[at : at + SHORTEST], ()):
                    if text.startswith(secret, at):
                        yield secret, at
        for secret in self._odd:
            if secret in text:
                yield secret, text.index(secret)

    def look(self, place: str, text: str) -> None:
        """Notes which of the secrets stand in ``text``, without repeating them."""
        for _, at in self.seen(text):
            self.found.append(f"a secret in a {place}: …{text[max(0, at - 40) : at]}<here>…")

    def look_in_files(self, folder: Path) -> None:
        """The same for every file below a folder."""
        for path in folder.rglob("*"):
            if path.name in (*KEEPERS, *SHIPPED) or not path.is_file() or path.is_symlink():
                continue
            if any(self.seen(path.read_bytes().decode("latin-1"))):
                self.found.append(f"a secret in a file: {path.name}")

    def taken(self) -> list[str]:
        """What was found since the last call."""
        found, self.found = self.found, []
        return found


class _Handler(logging.Handler):
    def __init__(self, leaks: Leaks) -> None:
        super().__init__()
        self._leaks = leaks

    def emit(self, record: logging.LogRecord) -> None:
        self._leaks.look("log", self.format(record))


def _after(owner: Any, name: str, note: Callable[..., None], patch: pytest.MonkeyPatch) -> None:
    """Calls ``note(result, *arguments)`` after every call of a method."""
    method = getattr(owner, name)

    def noted(*arguments: Any, **named: Any) -> Any:
        result = method(*arguments, **named)
        note(result, *arguments, **named)
        return result

    patch.setattr(owner, name, noted)


def _shown(app: AppTest) -> str:
    """What a page shows, without what somebody typed into it."""
    typed = {id(one) for one in app.text_input}
    return "\n".join(repr(element) for element in _elements(app._tree) if id(element) not in typed)


def _elements(node: Any) -> Iterator[Any]:
    children = getattr(node, "children", None)
    if not isinstance(children, dict):
        yield node
        return
    for child in children.values():
        yield from _elements(child)


LEAKS = Leaks()


@pytest.fixture(scope="session", autouse=True)
def no_secret_is_left_in_a_file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Learns the secrets of the run, and fails it when one of them is left in a file."""
    patch, handler = pytest.MonkeyPatch(), _Handler(LEAKS)
    logging.getLogger().addHandler(handler)
    know, look = LEAKS.know, LEAKS.look
    _after(Account, "__post_init__", lambda _, account: know(account.token), patch)
    for name in ("begin", "ticket"):
        _after(Sessions, name, lambda secret, *_, **__: know(secret), patch)
    _after(Sessions, "__init__", lambda _, sessions, *__, **___: know(sessions._key.decode("latin-1")), patch)
    _after(keys, "load", lambda found, *_, **__: know(found.workspace.auth_token, found.session.key), patch)
    _after(errors.EngagementError, "__init__", lambda _, error, *__, **___: look("error", str(error)), patch)
    _after(Jobs, "ask", lambda _, __, key, *___, **____: look("key of a job", repr(key)), patch)
    _after(AppTest, "_run", lambda app, *_, **__: look("page", _shown(app)), patch)
    yield
    patch.undo()
    logging.getLogger().removeHandler(handler)
    LEAKS.look_in_files(tmp_path_factory.getbasetemp())
    found = LEAKS.taken()
    assert not found, found


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """A test that let a secret out has failed, whatever it asserted."""
    report = yield
    # The sections of earlier phases are in the report of each later one again.
    for title, text in report.sections:
        if title.endswith(call.when):
            LEAKS.look(title, text)
    if (found := LEAKS.taken()) and report.outcome == "passed":
        report.outcome, report.longrepr = "failed", "\n".join(found)
    return report
