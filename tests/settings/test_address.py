"""What people type and paste for the address of their workspace."""

from __future__ import annotations

import pytest

from engagement.api.client import clean_address
from engagement.errors import InvalidAddress


@pytest.mark.parametrize(
    ("typed", "clean"),
    [
        ("chat.example.org", "https://chat.example.org"),
        ("  https://chat.example.org/  ", "https://chat.example.org"),
        ("HTTP://Chat.Example.ORG", "http://chat.example.org"),
        ("localhost:3000", "https://localhost:3000"),
        ("http://127.0.0.1:3300/", "http://127.0.0.1:3300"),
        ("https://chat.example.org:443", "https://chat.example.org"),
        ("http://chat.example.org:80/home", "http://chat.example.org"),
        ("http://[::1]:3000/", "http://[::1]:3000"),
        ("http://rocket_chat:3000", "http://rocket_chat:3000"),
        ("bücher.example", "https://xn--bcher-kva.example"),
    ],
)
def test_an_address_is_written_one_way(typed: str, clean: str) -> None:
    assert clean_address(typed) == clean


@pytest.mark.parametrize(
    ("pasted", "clean"),
    [
        ("https://chat.example.org/home", "https://chat.example.org"),
        ("https://chat.example.org/channel/general", "https://chat.example.org"),
        ("https://chat.example.org/channel/general?msg=abc#x", "https://chat.example.org"),
        ("https://chat.example.org/group/x%20y", "https://chat.example.org"),
        ("https://example.org/chat/", "https://example.org/chat"),
        ("https://example.org/chat//team-a/channel/general", "https://example.org/chat/team-a"),
        ("https://chat.example.org/api/v1/me", "https://chat.example.org"),
    ],
)
def test_a_pasted_page_is_cut_and_a_base_path_is_kept(pasted: str, clean: str) -> None:
    assert clean_address(pasted) == clean


def test_a_clean_address_stays_as_it_is() -> None:
    assert clean_address(clean_address("example.org/chat/home")) == "https://example.org/chat"


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
