"""What a command cannot do: one line on standard error, with what to do and without a secret."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import date

import pytest

from engagement.__main__ import main
from engagement.demo import DemoServer, Options
from tests.support.clock import Clock
from tests.support.faults import SAID, fault

pytestmark = fault(kind="Sessions and ends", at="demo workspace")

WEEK = ["--start", "2026-11-09", "--end", "2026-11-15"]


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    options = Options(rooms=5, today=date(2026, 11, 22), timezone="UTC", rate_limit=0)
    with DemoServer(options, clock=Clock()) as running:
        yield running


def one_line(capsys: pytest.CaptureFixture[str]) -> str:
    captured = capsys.readouterr()
    assert captured.out == ""
    [line] = captured.err.splitlines()
    return line


@fault("a wrong password", SAID, "without the password", kind="Side dishes and refusals", seen="channels table")
def test_wrong_credentials_are_one_line_without_the_password(
    account: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    account.setenv("ROCKETCHAT_PASSWORD", "s3cret-guess")
    assert main(["channels", *WEEK]) == 1
    line = one_line(capsys)
    assert "Check both" in line
    assert "s3cret-guess" not in line


@fault(
    "an account without the permission",
    SAID,
    "the permission is named",
    kind="Side dishes and refusals",
    seen="channels table",
)
def test_a_missing_permission_is_one_line_with_its_name(
    account: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    account.setenv("ROCKETCHAT_USER", "viewer")
    account.setenv("ROCKETCHAT_PASSWORD", "viewer")
    assert main(["channels", *WEEK]) == 1
    assert "view-engagement-dashboard" in one_line(capsys)


@fault("a second factor is due", SAID, "where to put the code", seen="channels table")
def test_a_second_factor_is_asked_for_and_taken_from_the_environment(
    account: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    account.setenv("ROCKETCHAT_USER", "twofactor")
    account.setenv("ROCKETCHAT_PASSWORD", "twofactor")
    assert main(["channels", *WEEK]) == 1
    assert "second factor" in one_line(capsys)
    account.setenv("ROCKETCHAT_CODE", "123456")
    assert main(["channels", *WEEK, "--format", "json"]) == 0


@fault("a closed port", SAID, kind="Broken connections", at="this machine", seen="check")
def test_a_dead_port_is_one_line(account: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        account.setenv("ROCKETCHAT_URL", f"http://127.0.0.1:{unused.getsockname()[1]}")
        assert main(["check"]) == 1
    assert "does not answer" in one_line(capsys)


@fault("no account is named", SAID, "what to set", kind="Settings", at="environment", seen="check")
def test_without_an_account_the_line_names_what_to_set(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("URL", "USER_ID", "AUTH_TOKEN", "USER", "PASSWORD", "CODE"):
        monkeypatch.delenv(f"ROCKETCHAT_{name}", raising=False)
    assert main(["check"]) == 1
    assert "ROCKETCHAT_URL" in one_line(capsys)


@fault(
    lambda wrong: f"“{' '.join(wrong)}” as command line",
    SAID,
    "status 2",
    kind="Surroundings of commands",
    at="command line",
    seen="channels table",
)
@pytest.mark.parametrize(
    "wrong",
    [
        ["channels", "--start", "2026-11-09"],
        ["channels", "--start", "yesterday", "--end", "2026-11-09"],
        ["channels", "--period", "last-week", *WEEK],
        ["channels", "--format", "xml"],
        ["launch"],
        [],
    ],
)
def test_a_wrong_command_line_ends_with_status_2(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(wrong)
    assert stopped.value.code == 2
    assert "Traceback" not in capsys.readouterr().err


@fault("days that cannot be compared with", SAID, "before anybody is asked", at="command line", seen="channels table")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--compare-with", "1999-12-31"], "between the years 2000 and 2100"),
        ([*WEEK, "--compare-with", "1999-12-31"], "between the years 2000 and 2100"),
        ([*WEEK, "--compare-with", "2026-11-03"], "from 2026-11-02 or earlier"),
    ],
)
def test_days_that_no_workspace_could_be_asked_for_are_refused_before_one_is(
    account: pytest.MonkeyPatch, server: DemoServer, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    server.calls.clear()
    assert main(["channels", *words]) == 1
    assert said in one_line(capsys)
    assert not server.calls


@fault(
    "a period that ends before it starts",
    SAID,
    kind="Surroundings of commands",
    at="command line",
    seen="channels table",
)
def test_a_reversed_period_is_one_line(account: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["channels", "--start", "2026-11-15", "--end", "2026-11-09"]) == 1
    assert "before it starts" in one_line(capsys)
