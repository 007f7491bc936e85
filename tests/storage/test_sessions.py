"""Sessions: what a cookie, the database and the key give away alone and together, and when a session ends."""

from __future__ import annotations

import base64
import logging
import stat
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import text

from engagement.errors import InvalidSettings, SignedOut, StoreUnavailable
from engagement.storage.database import Store
from engagement.storage.sessions import Sessions, Signed, kept_key
from tests.support.clock import NOON, Clock
from tests.support.faults import EXACT, REFUSED, SAID, fault
from tests.support.processes import together

pytestmark = fault(kind="Sessions and ends", at="database", seen="sessions")

KEY = b"k" * 32
ADA = Signed(
    workspace="https://chat.example.org",
    user_id="u-ada",
    username="ada",
    name="Ada Lovelace",
    kind="password",
    token="sesame-token-of-ada",
    rights=frozenset({"view-engagement-dashboard"}),
)
BOB = replace(ADA, user_id="u-bob", username="bob", name="Bob", token="sesame-token-of-bob")


@pytest.fixture
def sessions(store: Store) -> Sessions:
    return Sessions(store, KEY)


def everything_stored(store: Store) -> str:
    with store.reading() as connection:
        rows = [
            tuple(bytes(value) if isinstance(value, (bytes, memoryview)) else value for value in row)
            for table in ("sessions", "tickets")
            for row in connection.execute(text(f"SELECT * FROM {table}"))
        ]
    return repr(rows)


def test_a_session_is_found_by_its_id_and_holds_who_signed_in(sessions: Sessions) -> None:
    session_id = sessions.begin(ADA)
    found = sessions.find(session_id)
    assert (found.workspace, found.user_id, found.username, found.name, found.kind, found.token, found.rights) == (
        "https://chat.example.org",
        "u-ada",
        "ada",
        "Ada Lovelace",
        "password",
        "sesame-token-of-ada",
        {"view-engagement-dashboard"},
    )
    assert found.id == session_id
    assert found.admitted_at == NOON
    assert found.expires_at == NOON + timedelta(hours=8)


def test_every_session_has_an_id_of_256_random_bits(sessions: Sessions) -> None:
    ids = [sessions.begin(ADA) for _ in range(5)]
    assert len(set(ids)) == 5
    assert {len(session_id) for session_id in ids} == {43}, "32 bytes in base 64"


def test_two_people_never_get_each_others_session(sessions: Sessions) -> None:
    ada, bob = sessions.begin(ADA), sessions.begin(BOB)
    assert sessions.find(ada).user_id == "u-ada"
    assert sessions.find(bob).user_id == "u-bob"


def test_the_database_holds_neither_the_id_nor_the_token_nor_the_name(sessions: Sessions, store: Store) -> None:
    session_id = sessions.begin(ADA)
    ticket = sessions.ticket(session_id)
    stored = everything_stored(store)
    assert "u-ada" in stored, "what is looked at is what was stored"
    for secret in (session_id, ticket, "sesame", "Lovelace", KEY.decode()):
        assert secret not in stored


def test_database_and_key_without_the_cookie_do_not_give_the_token(sessions: Sessions, store: Store) -> None:
    sessions.begin(ADA)
    with store.reading() as connection:
        sealed = bytes(connection.exec_driver_sql("SELECT sealed FROM sessions").scalar_one())
    # The key as it stands, and as another session would use it.
    with pytest.raises(InvalidToken):
        Fernet(base64.urlsafe_b64encode(KEY)).decrypt(sealed)
    with pytest.raises(SignedOut):
        sessions._open(sessions.begin(BOB), sealed)


@fault("another key than the session’s", REFUSED, "the log names the setting")
def test_cookie_and_database_without_the_key_do_not_give_the_token(
    sessions: Sessions, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    session_id = sessions.begin(ADA)
    with caplog.at_level(logging.WARNING), pytest.raises(SignedOut):
        Sessions(store, b"another key of 34 characters .....").find(session_id)
    assert "same [session] key" in caplog.text
    assert session_id not in caplog.text
    assert sessions.find(session_id).username == "ada"


ALTERED: dict[str, Callable[[str], str]] = {
    "nothing": lambda cookie: "",
    "a letter less": lambda cookie: cookie[:-1],
    "a letter more": lambda cookie: cookie + "A",
    "another first letter": lambda cookie: ("A" if cookie[0] != "A" else "B") + cookie[1:],
    "large letters for small ones": lambda cookie: cookie.swapcase(),
    "a line break behind it": lambda cookie: cookie + "\n",
    "a piece of SQL": lambda cookie: "' OR 1=1 --",
    "zero bytes and surrogates": lambda cookie: "\x00\ud800" * 20,
    "letters beyond ASCII": lambda cookie: "é" * 43,
}


@fault("a cookie: {altered}", REFUSED, at="cookie")
@pytest.mark.parametrize("altered", ALTERED)
def test_an_altered_or_guessed_cookie_opens_nothing(sessions: Sessions, altered: str) -> None:
    alter, session_id = ALTERED[altered], sessions.begin(ADA)
    for use in (sessions.find, sessions.ticket, lambda cookie: sessions.admitted(cookie, {"x"})):
        with pytest.raises(SignedOut):
            use(alter(session_id))
    sessions.end(alter(session_id))
    assert sessions.find(session_id).rights == {"view-engagement-dashboard"}


@fault("the row of somebody else under one’s own cookie", REFUSED)
def test_a_row_moved_to_another_cookie_opens_nothing(sessions: Sessions, store: Store) -> None:
    ada, bob = sessions.begin(ADA), sessions.begin(BOB)
    with store.writing() as connection:
        connection.exec_driver_sql(
            "UPDATE sessions SET sealed = (SELECT sealed FROM sessions WHERE user_id = 'u-ada') WHERE user_id = 'u-bob'"
        )
    with pytest.raises(SignedOut):
        sessions.find(bob)
    assert sessions.find(ada).user_id == "u-ada"


@fault("another workspace and user in the row", REFUSED, "it opens its own alone")
def test_a_row_altered_to_another_workspace_still_opens_only_its_own(sessions: Sessions, store: Store) -> None:
    session_id = sessions.begin(ADA)
    with store.writing() as connection:
        connection.exec_driver_sql("UPDATE sessions SET workspace = 'https://other.example', user_id = 'u-root'")
    found = sessions.find(session_id)
    assert (found.workspace, found.user_id) == ("https://chat.example.org", "u-ada")


def test_signing_out_ends_the_session_for_every_copy_at_once(sessions: Sessions, store_url: str, clock: Clock) -> None:
    other_store = Store(store_url, clock=clock.moment)
    other_copy = Sessions(other_store, KEY)
    session_id = sessions.begin(ADA)
    assert other_copy.find(session_id).username == "ada"
    sessions.end(session_id)
    for copy in (sessions, other_copy):
        with pytest.raises(SignedOut):
            copy.find(session_id)
        with pytest.raises(SignedOut):
            copy.admitted(session_id, {"view-engagement-dashboard"})
    sessions.end(session_id)
    other_store.close()


def test_a_session_lasts_eight_hours_from_its_last_use(sessions: Sessions, clock: Clock) -> None:
    session_id = sessions.begin(ADA)
    clock.forward(hours=7, minutes=59)
    assert sessions.find(session_id).expires_at == clock.moment() + timedelta(hours=8)
    clock.forward(hours=7, minutes=59)
    sessions.find(session_id)
    clock.forward(hours=8)
    with pytest.raises(SignedOut):
        sessions.find(session_id)


def test_the_hours_are_a_setting(store: Store, clock: Clock) -> None:
    short = Sessions(store, KEY, hours=0.5)
    session_id = short.begin(ADA)
    clock.forward(minutes=29)
    short.find(session_id)
    clock.forward(minutes=30)
    with pytest.raises(SignedOut):
        short.find(session_id)


def test_a_session_in_steady_use_is_not_written_on_every_click(
    sessions: Sessions, clock: Clock, monkeypatch: pytest.MonkeyPatch, store: Store
) -> None:
    session_id = sessions.begin(ADA)
    writes: list[int] = []
    writing = store.writing
    monkeypatch.setattr(store, "writing", lambda: writes.append(1) or writing())
    for _ in range(59):
        clock.forward(seconds=1)
        sessions.find(session_id)
    assert writes == []
    clock.forward(seconds=1)
    sessions.find(session_id)
    assert writes == [1]


def test_an_admission_is_renewed_with_the_rights_of_now(sessions: Sessions, clock: Clock) -> None:
    session_id = sessions.begin(ADA)
    clock.forward(minutes=5)
    told = sessions.admitted(session_id, {"view-engagement-dashboard", "view-room-administration"}, clock.moment())
    found = sessions.find(session_id)
    for session in (told, found):
        assert session.rights == {"view-engagement-dashboard", "view-room-administration"}
        assert session.admitted_at == NOON + timedelta(minutes=5)
        assert session.token == "sesame-token-of-ada"
    assert sessions.admitted(session_id, set()).rights == frozenset()


def test_beginning_a_session_removes_what_is_over_and_nothing_else(
    sessions: Sessions, store: Store, clock: Clock
) -> None:
    sessions.ticket(sessions.begin(ADA))
    clock.forward(days=30, hours=7)
    young = sessions.begin(BOB)
    clock.forward(hours=2)
    sessions.begin(BOB)
    assert "u-ada" not in everything_stored(store)
    with store.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM tickets").scalar_one() == 0
    assert sessions.find(young).username == "bob"


def test_a_session_that_is_over_opens_nothing_and_is_kept_for_whoever_revokes_its_token(
    sessions: Sessions, clock: Clock
) -> None:
    session_id = sessions.begin(ADA)
    clock.forward(hours=9)
    kept = sessions.kept(session_id)
    assert (kept.token, kept.expires_at) == ("sesame-token-of-ada", NOON + timedelta(hours=8))
    sessions.begin(BOB)
    assert sessions.kept(session_id).expires_at == NOON + timedelta(hours=8), "nothing prolongs it"
    for opened in (sessions.find, sessions.ticket):
        with pytest.raises(SignedOut):
            opened(session_id)
    sessions.end(session_id)
    with pytest.raises(SignedOut):
        sessions.kept(session_id)


def test_a_ticket_gives_the_session_id_once(sessions: Sessions) -> None:
    session_id = sessions.begin(ADA)
    ticket = sessions.ticket(session_id)
    assert ticket != session_id
    assert sessions.redeem(ticket) == session_id
    with pytest.raises(SignedOut):
        sessions.redeem(ticket)


def test_a_ticket_is_redeemed_by_any_copy(sessions: Sessions, store_url: str, clock: Clock) -> None:
    session_id = sessions.begin(ADA)
    other_store = Store(store_url, clock=clock.moment)
    assert Sessions(other_store, KEY).redeem(sessions.ticket(session_id)) == session_id
    other_store.close()


def test_a_ticket_is_over_after_a_minute(sessions: Sessions, clock: Clock) -> None:
    session_id = sessions.begin(ADA)
    in_time, late = sessions.ticket(session_id), sessions.ticket(session_id)
    clock.forward(seconds=59)
    assert sessions.redeem(in_time) == session_id
    clock.forward(seconds=1)
    with pytest.raises(SignedOut):
        sessions.redeem(late)


def test_a_ticket_of_an_ended_session_gives_nothing(sessions: Sessions, store: Store) -> None:
    session_id = sessions.begin(ADA)
    ticket = sessions.ticket(session_id)
    sessions.end(session_id)
    with pytest.raises(SignedOut):
        sessions.redeem(ticket)
    assert everything_stored(store) == "[]"


@fault("a ticket as cookie, a cookie as ticket", REFUSED, at="cookie")
def test_a_ticket_or_session_id_cannot_stand_for_the_other(sessions: Sessions) -> None:
    session_id = sessions.begin(ADA)
    ticket = sessions.ticket(session_id)
    for wrong in (lambda: sessions.redeem(session_id), lambda: sessions.find(ticket), lambda: sessions.redeem("x")):
        with pytest.raises(SignedOut):
            wrong()


@fault("eight redeem one ticket at once", REFUSED, "one gets it", at="test")
def test_of_many_who_redeem_a_ticket_at_once_one_gets_the_session(sessions: Sessions) -> None:
    session_id = sessions.begin(ADA)
    ticket = sessions.ticket(session_id)
    got: list[str] = []
    start = threading.Barrier(8)

    def redeems() -> None:
        start.wait(10)
        try:
            got.append(sessions.redeem(ticket))
        except SignedOut:
            got.append("refused")

    threads = [threading.Thread(target=redeems) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(got) == sorted([session_id] + ["refused"] * 7)


def test_no_repr_shows_a_token_or_an_id(sessions: Sessions) -> None:
    session_id = sessions.begin(ADA)
    shown = repr(ADA) + repr(sessions.find(session_id)) + repr(sessions)
    assert "sesame" not in shown
    assert session_id not in shown
    assert "Ada" in shown


@fault("the database of sessions is away", SAID, "not taken for the end of a session")
def test_a_dead_database_is_told_apart_from_a_session_that_ended(sessions: Sessions, tmp_path: Path) -> None:
    dead = Sessions(Store(f"sqlite:///{tmp_path}/absent/x.sqlite3"), KEY)
    with pytest.raises(StoreUnavailable):
        dead.find(sessions.begin(ADA))


def test_a_key_that_is_too_short_is_refused(store: Store) -> None:
    with pytest.raises(InvalidSettings, match="32"):
        Sessions(store, b"short")


def test_the_key_is_made_once_and_belongs_to_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "channel-engagement"
    key = kept_key(folder)
    assert len(key) == 43
    assert kept_key(folder) == key
    assert [file.name for file in folder.iterdir()] == ["session.key"]
    assert stat.S_IMODE((folder / "session.key").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    (folder / "session.key").chmod(0o644)
    kept_key(folder)
    assert stat.S_IMODE((folder / "session.key").stat().st_mode) == 0o600


@fault("a damaged key file", SAID, "it is named", at="file system")
def test_a_damaged_key_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "session.key").write_text("short\n")
    with pytest.raises(InvalidSettings, match=r"session\.key is damaged"):
        kept_key(tmp_path)
    with pytest.raises(StoreUnavailable):
        kept_key(tmp_path / "session.key")


KEY_MAKER = """
import sys
from pathlib import Path
from engagement.storage.sessions import kept_key

def work():
    print(kept_key(Path(sys.argv[1])).decode())
"""


@fault("four processes make the key together", EXACT, "one key", at="file system")
def test_processes_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    keys = together(KEY_MAKER, str(tmp_path / "data"))
    assert len(keys) == 4
    assert {key.strip().encode() for key in keys} == {kept_key(tmp_path / "data")}
