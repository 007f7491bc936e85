"""Which workspace and account the command line takes, and from where; and what the workspace is called."""

from __future__ import annotations

import pytest

from engagement.errors import InvalidSettings
from engagement.settings.account import CommandLineAccount, command_line_account
from engagement.settings.keys import Settings, Workspace
from tests.support.faults import SAID, fault

pytestmark = fault(kind="Settings", at="environment", seen="settings")

ACCOUNT = Settings(workspace=Workspace("https://chat.example.org", False, "u1", "t1"))


def test_the_command_line_takes_its_account_from_the_environment() -> None:
    here = {"ROCKETCHAT_URL": "http://127.0.0.1:3300/"}
    token = {"ROCKETCHAT_USER_ID": "u2", "ROCKETCHAT_AUTH_TOKEN": "t2"}
    password = {"ROCKETCHAT_USER": "ada", "ROCKETCHAT_PASSWORD": "secret", "ROCKETCHAT_CODE": "123456"}
    url = "http://127.0.0.1:3300"
    assert command_line_account(here | token, Settings()) == CommandLineAccount(url, user_id="u2", auth_token="t2")
    assert command_line_account(here | password, Settings()) == CommandLineAccount(
        url, user="ada", password="secret", code="123456"
    )
    assert command_line_account(here | password | token, Settings()).user is None, "a token goes first"


def test_the_spaces_around_a_password_are_a_part_of_it() -> None:
    environ = {
        "ROCKETCHAT_URL": " http://127.0.0.1:3300 ",
        "ROCKETCHAT_USER": " ada ",
        "ROCKETCHAT_PASSWORD": " pass\t",
    }
    account = command_line_account(environ, Settings())
    assert (account.url, account.user, account.password) == ("http://127.0.0.1:3300", "ada", " pass\t")


def test_the_command_line_takes_the_workspace_and_its_account_from_the_file() -> None:
    assert command_line_account({}, ACCOUNT) == CommandLineAccount(
        "https://chat.example.org", user_id="u1", auth_token="t1"
    )
    own = command_line_account({"ROCKETCHAT_USER": "ada", "ROCKETCHAT_PASSWORD": "x"}, ACCOUNT)
    assert (own.url, own.user, own.auth_token) == ("https://chat.example.org", "ada", None)


@fault(lambda environ: f"only {', '.join(environ)}" if environ else "no account", SAID, "“{sentence} …”")
@pytest.mark.parametrize(
    ("environ", "loaded", "sentence"),
    [
        ({}, Settings(), "No workspace is named"),
        ({"ROCKETCHAT_URL": "ftp://chat.example.org"}, ACCOUNT, "ROCKETCHAT_URL must be an address like"),
        ({"ROCKETCHAT_URL": "https://other.example"}, ACCOUNT, "No account is named"),
        ({"ROCKETCHAT_USER_ID": "u"}, ACCOUNT, "ROCKETCHAT_USER_ID is set, but ROCKETCHAT_AUTH_TOKEN is not"),
        ({"ROCKETCHAT_PASSWORD": "p"}, ACCOUNT, "ROCKETCHAT_PASSWORD is set, but ROCKETCHAT_USER is not"),
        ({"ROCKETCHAT_URL": "https://a.example", "ROCKETCHAT_CODE": "123456"}, Settings(), "No account is named"),
    ],
)
def test_a_command_line_account_that_is_not_whole_is_refused(
    environ: dict[str, str], loaded: Settings, sentence: str
) -> None:
    with pytest.raises(InvalidSettings) as caught:
        command_line_account(environ, loaded)
    assert caught.value.faults[0].startswith(sentence)


def test_the_configured_workspace_and_no_other_is_known_by_its_public_address() -> None:
    inside = Workspace(url="http://rocketchat:3000", public_url="https://chat.example.org")
    known = Settings(workspace=inside)
    # A server may lead from http to https.
    for address in ("http://rocketchat:3000", "https://rocketchat"):
        assert known.opened_at(address) == "https://chat.example.org"
    for other in ("http://elsewhere:3000", "demo:1"):
        assert known.opened_at(other) == other
    assert Settings(workspace=Workspace(url="https://a.example")).opened_at("https://a.example") == (
        "https://a.example"
    )
    assert Settings().opened_at("https://a.example") == "https://a.example"
