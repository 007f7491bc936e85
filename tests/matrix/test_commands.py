"""Every command as every account, all with the same archive, which an administrator has filled before.

Letters are those of ``names.py``: exactly they stand in what a command writes. ``denied`` is the sentence about the
permission, ``ended`` that about the session, ``no account`` that about the settings.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from engagement.__main__ import main, parser
from engagement.cli import demo as demo_command
from engagement.cli import run as run_command
from engagement.demo import DemoServer
from engagement.errors import NoPermission, SignedOut
from engagement.report import pictures
from engagement.report.wishes import ENDINGS
from tests.matrix.house import USERS, seen, text_of
from tests.matrix.names import OURS, THEIRS, WEEK, workspace
from tests.matrix.table import cells, every_cell, rows

COMMANDS = cells("""
asked                                    viewer   analyst   manager   admin     signed out   revoked   withdrawn   stranger
channels                                 denied   PGN       PGHN      PGHN      no account   ended     denied      PGHN
channels --format csv                    denied   PGN       PGHON     PGHON     no account   ended     denied      PGHON
channels --format json                   denied   PGN       PGHON     PGHON     no account   ended     denied      PGHON
channels --people                        denied   PGDN      PGHDSN    PGHDSN    no account   ended     denied      PGHDSN
channels --format csv --people           denied   PGDN      PGHODSN   PGHODSN   no account   ended     denied      PGHODSN
channels --format json --people          denied   PGDN      PGHODSN   PGHODSN   no account   ended     denied      PGHODSN
report --out -                           denied   PGN       PGHN      PGHN      no account   ended     denied      PGHN
report --out FILE.html                   denied   PGN       PGHN      PGHN      no account   ended     denied      PGHN
report --out FILE.pdf                    denied   PGN       PGHN      PGHN      no account   ended     denied      PGHN
report --out FILE.png                    denied   PGN       PGHN      PGHN      no account   ended     denied      PGHN
report --out FILE.xlsx                   denied   PGN       PGHON     PGHON     no account   ended     denied      PGHON
report --out FILE.csv                    denied   PGN       PGHON     PGHON     no account   ended     denied      PGHON
report --out FILE.csv --types direct     denied   -         -         -         no account   ended     denied      -
report --out FILE.csv --mask             denied   PN        PN        PN        no account   ended     denied      PN
report --out FILE.xlsx --mask            denied   PN        PN        PN        no account   ended     denied      PN
report --out - --mask                    denied   PN        PN        PN        no account   ended     denied      PN
report --post berth-0 --dry-run          denied   N         N         N         no account   ended     denied      N
send --due                               -        -         -         -         -            -         -           -
send --list                              denied   -         -         -         no account   ended     denied      -
sync --weeks 8                           denied   -         -         -         no account   ended     denied      -
events --list                            denied   -         -         -         no account   ended     denied      -
events --add offsite --start 2026-11-09  denied   -         -         -         no account   ended     denied      -
check                                    denied   -         -         -         no account   ended     denied      -
demo                                     -        -         -         -         -            -         -           -
run                                      -        -         -         -         -            -         -           -
""")  # noqa: E501 - a table
TOLD = {
    "denied": str(NoPermission("view-engagement-dashboard")),
    "ended": str(SignedOut()),
    "no account": "No account is named",
}
_DAYS = ["--start", WEEK[0].isoformat(), "--end", WEEK[1].isoformat()]


@dataclass(frozen=True)
class Shell:
    """The variables of each account."""

    variables: dict[str, dict[str, str]]


@pytest.fixture(scope="session")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    with ExitStack() as inside:
        ours, theirs = (inside.enter_context(workspace(names, 3)) for names in (OURS, THEIRS))
        kept = {"ENGAGEMENT_ARCHIVE_URL": f"sqlite:///{tmp_path_factory.mktemp('shell')}/archive.sqlite3"}
        servers = {account: theirs if account == "stranger" else ours for account in USERS}
        made = Shell({account: kept | _variables(server, account) for account, server in servers.items()})
        with pytest.MonkeyPatch.context() as patch:
            for account in ("admin", "withdrawn"):
                _stand(patch, made.variables[account])
                assert main(["sync", "--weeks", "8", "--quiet"]) == 0
        ours.accounts.forget(made.variables["revoked"]["ROCKETCHAT_AUTH_TOKEN"])
        ours.accounts.people["leaver"].roles = ("user",)
        yield made


def _variables(server: DemoServer, account: str) -> dict[str, str]:
    named = {"ROCKETCHAT_URL": server.url}
    if account == "signed out":
        return named
    if account in {"revoked", "withdrawn"}:
        user_id, token = server.personal_token(USERS[account])
        return named | {"ROCKETCHAT_USER_ID": user_id, "ROCKETCHAT_AUTH_TOKEN": token}
    return named | {"ROCKETCHAT_USER": USERS[account], "ROCKETCHAT_PASSWORD": USERS[account]}


def _stand(patch: pytest.MonkeyPatch, variables: dict[str, str]) -> None:
    for name in ("URL", "USER_ID", "AUTH_TOKEN", "USER", "PASSWORD", "CODE"):
        patch.delenv(f"ROCKETCHAT_{name}", raising=False)
    for name, value in variables.items():
        patch.setenv(name, value)


@every_cell(COMMANDS)
def test_a_command_tells_an_account_what_it_may_see(
    shell: Shell,
    asked: str,
    account: str,
    expected: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    _stand(monkeypatch, shell.variables[account])
    # A browser draws what is in the document, and the demo workspace asks nobody who they are.
    monkeypatch.setattr(pictures, "browser", lambda: "/a/browser")
    for draw in ("pdf", "png"):
        monkeypatch.setattr(pictures, draw, lambda document, *_: document.encode())
    monkeypatch.setattr(demo_command, "serve", lambda *_: None)
    monkeypatch.setattr(run_command, "become", lambda *_: 0)
    command, *options = asked.replace("FILE", str(tmp_path / "out")).split()
    status = main([command, *(_DAYS if command in {"channels", "report"} else ()), *options])
    told = capsys.readouterr()
    written = "".join(text_of(path.read_bytes()) for path in tmp_path.glob("out*"))
    assert seen(account, told.out + told.err + written) == ("-" if expected in TOLD else expected)
    if expected in TOLD:
        assert status == 1
        assert told.err.startswith("python -m engagement: ")
        assert TOLD[expected] in told.err
        assert told.err.count("\n") == 1
        assert not written
    else:
        assert status == 0


# What is said of the public channel, which had as many messages in every week; those of the other workspace had others.
KEPT = cells("""
asked        viewer   analyst          manager          admin            signed out  revoked  withdrawn  stranger
the channel  nothing  no clear change  no clear change  no clear change  nothing     nothing  nothing    no clear change
""")


@every_cell(KEPT)
def test_a_room_is_judged_by_the_weeks_of_its_own_workspace(
    shell: Shell,
    asked: str,
    account: str,
    expected: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    _stand(monkeypatch, shell.variables[account])
    status = main(["channels", *_DAYS, "--format", "json"])
    told = capsys.readouterr().out
    assert status == (expected == "nothing")
    if expected == "nothing":
        assert told == ""
    else:
        [room] = [one for one in json.loads(told)["rooms"] if one["room_id"] == "public-channel"]
        assert room["signal"] == expected


def test_no_command_no_form_and_no_kind_of_file_is_missing() -> None:
    [commands] = [one for one in parser()._actions if isinstance(one, argparse._SubParsersAction)]
    assert {row.split()[0] for row in rows(COMMANDS)} == set(commands.choices)
    forms = next(one.choices for one in commands.choices["channels"]._actions if "--format" in one.option_strings)
    assert {f"channels --format {form}" for form in forms or ()} - {"channels --format table"} <= set(rows(COMMANDS))
    assert {f"report --out FILE{ending}" for ending in ENDINGS} <= set(rows(COMMANDS))
