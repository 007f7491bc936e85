"""What people type and paste for the address of their workspace."""

from __future__ import annotations

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from engagement.api.client import clean_address
from engagement.errors import InvalidAddress
from engagement.settings.address import places
from tests.support.faults import SAID, fault

pytestmark = fault(kind="Addresses and gates", at="typed address", seen="settings")


@pytest.mark.parametrize(
    ("typed", "clean"),
    [
        ("chat.example.org", "https://chat.example.org"),
        ("  https://chat.example.org/  ", "https://chat.example.org"),
        ("HTTP://Chat.Example.ORG", "http://chat.example.org"),
        ("localhost:3000", "https://localhost:3000"),
        ("http://127.0.0.1:3300/", "http://127.0.0.1:3300"),
        ("https://chat.example.org:443", "https://chat.example.org"),
        ("http://chat.example.org:80/", "http://chat.example.org"),
        ("http://[::1]:3000/", "http://[::1]:3000"),
        ("http://rocket_chat:3000", "http://rocket_chat:3000"),
        ("bücher.example", "https://xn--bcher-kva.example"),
        # The older standard read these as strasse, fass, βολοσ and نامهای: other hosts.
        ("straße.example", "https://xn--strae-oqa.example"),
        ("FAẞ.de", "https://xn--fa-hia.de"),
        ("βόλος.example", "https://xn--nxasmm1c.example"),
        ("نامه\u200cای.com", "https://xn--mgba3gch31f060k.com"),
        # Letters of two alphabets that look like one.
        ("аpple.example", "https://xn--pple-43d.example"),
        ("ｃｈａｔ。example", "https://chat.example"),
        ("１２７．０．０．１:3000", "https://127.0.0.1:3000"),
        ("XN--BCHER-KVA.example", "https://xn--bcher-kva.example"),
    ],
)
def test_an_address_is_written_one_way(typed: str, clean: str) -> None:
    assert clean_address(typed) == clean


@pytest.mark.parametrize(
    ("pasted", "paths"),
    [
        ("https://a.example/home", ["/home", ""]),
        ("https://a.example/channel/general", ["/channel/general", ""]),
        ("https://a.example/channel/general?msg=abc#x", [""]),
        ("https://a.example/group/x%20y", [""]),
        ("https://a.example/home/group/x%20y", ["/home", ""]),
        ("https://a.example/chat/", ["/chat"]),
        ("https://a.example/chat//team-a/channel/general", ["/chat/team-a/channel/general", "/chat/team-a"]),
        ("https://a.example/home/channel/general", ["/home/channel/general", "/home", ""]),
        ("https://a.example/home/home/home/home", ["/home/home/home/home", "/home/home/home", ""]),
        ("https://a.example/api/v1/me", ["/api/v1/me", ""]),
        ("https://a.example/homes", ["/homes"]),
    ],
)
def test_a_pasted_page_may_be_one_or_where_the_server_lives(pasted: str, paths: list[str]) -> None:
    assert list(places(clean_address(pasted))) == [f"https://a.example{path}" for path in paths]


# Letters of many scripts, what maps to others, joiners, dots of several kinds, and the prefix of encoded names.
HOSTS = st.text(st.one_of(st.characters(), st.sampled_from("ßςａ\u200c\u200d。．.-xn")), min_size=1, max_size=24)


@fault("any letters as host", SAID, "or one that is shown as it is called")
@given(st.one_of(HOSTS, HOSTS.map(lambda host: f"xn--{host}.example")))
def test_what_is_shown_of_any_host_is_what_is_called(host: str) -> None:
    try:
        address = clean_address(f"https://{host}")
    except InvalidAddress:
        return
    assert address.isascii()
    assert clean_address(address) == address
    prepared = requests.Request("GET", f"{address}/api/info").prepare()
    assert prepared.url == f"{address}/api/info"


@fault(
    lambda typed: f"{typed!r}" if len(typed) < 80 else "an address of 501 letters",
    SAID,
    "what is wrong with it, without its password",
)
@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("", "missing"),
        ("   ", "missing"),
        ("ftp://chat.example.org", "https://"),
        ("file:///etc/passwd", "https://"),
        ("javascript:alert(1)", "port"),
        ("https://ada:secret@chat.example.org", "password"),
        ("ada@chat.example.org", "password"),
        ("https://chat.example.org/?token=abc", "?"),
        ("https://chat.example.org#here", "#"),
        ("https://chat.example.org:99999", "port"),
        ("https://chat.example.org:0", "port"),
        ("https://chat example.org", "not the address"),
        ("https://chat.example.org\\@evil.example", "not the address"),
        ("https://chat.example.org\r\nHost: x", "not the address"),
        ("https://", "server"),
        ("https://-x-.example", "server"),
        ("https://xn--a.example", "server"),
        ("https://☃.example", "server"),
        ("https://a\u200db.example", "server"),
        ("https://example.org/chat?q", "?"),
        ("http://[::1", "not the address"),
        ("http://[::zz]", "address"),
        ("https://example.org/../x", "path"),
        ("https://example.org/<b>", "path"),
        ("x" * 501, "not the address"),
    ],
)
def test_what_is_no_address_is_refused_with_a_sentence_that_helps(typed: str, word: str) -> None:
    with pytest.raises(InvalidAddress) as caught:
        clean_address(typed)
    assert word in str(caught.value)
    assert "secret" not in str(caught.value)
