"""Who is signed in: one row per session, found by the hash of a random id, its content encrypted.

The id is in the browser's cookie, the row in the database, the key in the configuration or a file of its own.
A row is encrypted with what only id and key together give, so it takes all three to get at a token.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import logging
import os
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Connection, TextClause, text

from engagement.errors import InvalidSettings, SignedOut, StoreUnavailable
from engagement.settings.values import SHORTEST_KEY
from engagement.storage.database import Clock, Store, private_folder

TICKET_LASTS = timedelta(seconds=60)
# A session that is over opens nothing, but holds a token to revoke when its browser is next seen, as long as it keeps
# the cookie.
KEPT_AFTER = timedelta(days=30)
# A session that is used is prolonged, but not written on every click.
PROLONG_AFTER = timedelta(minutes=1)

_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
_PROLONG = text("UPDATE sessions SET expires_at = :until WHERE id_hash = :id")
_RESEAL = text("UPDATE sessions SET sealed = :sealed WHERE id_hash = :id")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Signed:
    """Somebody whom a workspace has just admitted; ``kind`` says how: ``password``, ``token``, ``demo``, …"""

    workspace: str
    user_id: str
    username: str
    name: str
    kind: str
    token: str = field(repr=False)
    rights: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Session(Signed):
    """Somebody who is signed in. ``admitted_at`` is when the workspace last said so; times are in UTC."""

    id: str = field(repr=False)
    admitted_at: datetime
    expires_at: datetime


class Sessions:
    """The sessions of all copies of the dashboard that share ``store`` and ``key``.

    A session ends ``hours`` after its last use. Every method raises StoreUnavailable when the database does not
    answer; ids and tickets that are unknown, over or altered are all one to the caller: SignedOut.
    """

    def __init__(self, store: Store, key: bytes, clock: Clock | None = None, hours: float = 8.0) -> None:
        if len(key) < SHORTEST_KEY:
            raise InvalidSettings([f"[session] key must be a secret of at least {SHORTEST_KEY} characters."])
        self._store = store
        self._key = key
        self._clock = clock or store.clock
        self.lasts = timedelta(hours=hours)

    def begin(self, signed: Signed) -> str:
        """Keep a new session and return its id, the secret of the cookie. Old sessions are swept on the way."""
        session_id, now = secrets.token_urlsafe(32), self._clock()
        row = {
            "id": _hash(session_id),
            "workspace": signed.workspace,
            "user": signed.user_id,
            "sealed": self._seal(session_id, _content(signed, signed.rights, now)),
            "until": (now + self.lasts).timestamp(),
        }
        with self._store.writing() as connection:
            _sweep(connection, now)
            connection.execute(
                text(
                    "INSERT INTO sessions (id_hash, workspace, user_id, sealed, expires_at) "
                    "VALUES (:id, :workspace, :user, :sealed, :until)"
                ),
                row,
            )
        return session_id

    def find(self, session_id: str) -> Session:
        """The session of a cookie, prolonged. Raises SignedOut when there is none that lasts."""
        now = self._clock()
        with self._store.reading() as connection:
            sealed, until = self._row(connection, session_id, now)
        if now + self.lasts - until >= PROLONG_AFTER:
            until = now + self.lasts
            self._update(session_id, _PROLONG, until=until.timestamp())
        return _session(session_id, self._open(session_id, sealed), until)

    def kept(self, session_id: str) -> Session:
        """The session of an id that its key opens, also when it is over; not prolonged. Raises SignedOut.

        A session that is over opens nothing; its token is still to be revoked.
        """
        with self._store.reading() as connection:
            row = self._any_row(connection, session_id)
        return _session(session_id, self._open(session_id, row[0]), row[1])

    def admitted(self, session_id: str, rights: Iterable[str], at: datetime | None = None) -> Session:
        """Note that the workspace has admitted the person again, with ``rights``. Raises SignedOut."""
        now = self._clock()
        with self._store.reading() as connection:
            sealed, until = self._row(connection, session_id, now)
        content = self._open(session_id, sealed)
        content |= {"rights": sorted(rights), "admitted_at": (at or now).timestamp()}
        self._update(session_id, _RESEAL, sealed=self._seal(session_id, content))
        return _session(session_id, content, until)

    def end(self, session_id: str) -> None:
        """Sign out: the id opens nothing any more, in no tab and no copy. An unknown id is no error."""
        if not _SECRET.fullmatch(session_id):
            return
        with self._store.writing() as connection:
            connection.execute(text("DELETE FROM sessions WHERE id_hash = :id"), {"id": _hash(session_id)})

    def ticket(self, session_id: str) -> str:
        """A secret that ``redeem`` exchanges for the session id, once, within a minute. Raises SignedOut.

        The page hands it to the browser's script, so that the id itself is never in a page.
        """
        ticket, now = secrets.token_urlsafe(32), self._clock()
        row = {
            "ticket": _hash(ticket),
            "id": _hash(session_id),
            "sealed": self._seal(ticket, {"session_id": session_id}),
            "until": (now + TICKET_LASTS).timestamp(),
        }
        with self._store.writing() as connection:
            self._row(connection, session_id, now)
            connection.execute(
                text(
                    "INSERT INTO tickets (ticket_hash, id_hash, sealed, expires_at) "
                    "VALUES (:ticket, :id, :sealed, :until)"
                ),
                row,
            )
        return ticket

    def redeem(self, ticket: str) -> str:
        """The session id of a ticket, which is used up by this. Raises SignedOut."""
        now, key = self._clock(), {"ticket": _hash(ticket)}
        with self._store.writing() as connection:
            row = connection.execute(
                text("SELECT sealed, expires_at FROM tickets WHERE ticket_hash = :ticket"), key
            ).one_or_none()
            # Of two that come at the same moment, only one deletes the row.
            used = connection.execute(text("DELETE FROM tickets WHERE ticket_hash = :ticket"), key).rowcount
        if row is None or not used or row.expires_at <= now.timestamp():
            raise SignedOut
        session_id = str(self._open(ticket, row.sealed)["session_id"])
        self.find(session_id)
        return session_id

    def _row(self, connection: Connection, session_id: str, now: datetime) -> tuple[bytes, datetime]:
        sealed, until = self._any_row(connection, session_id)
        if until <= now:
            raise SignedOut
        return sealed, until

    def _any_row(self, connection: Connection, session_id: str) -> tuple[bytes, datetime]:
        row = connection.execute(
            text("SELECT sealed, expires_at FROM sessions WHERE id_hash = :id"), {"id": _hash(session_id)}
        ).one_or_none()
        if row is None:
            raise SignedOut
        return bytes(row.sealed), datetime.fromtimestamp(row.expires_at, UTC)

    def _update(self, session_id: str, statement: TextClause, **values: object) -> None:
        with self._store.writing() as connection:
            if not connection.execute(statement, values | {"id": _hash(session_id)}).rowcount:
                raise SignedOut

    def _seal(self, secret: str, content: dict[str, Any]) -> bytes:
        return self._cipher(secret).encrypt(json.dumps(content).encode())

    def _open(self, secret: str, sealed: bytes) -> dict[str, Any]:
        try:
            content = json.loads(self._cipher(secret).decrypt(bytes(sealed)))
        except (InvalidToken, ValueError) as exc:
            _log.warning("A session cannot be decrypted. Do all copies of the dashboard have the same [session] key?")
            raise SignedOut from exc
        return dict(content)

    def _cipher(self, secret: str) -> Fernet:
        derived = HKDF(hashes.SHA256(), 32, salt=secret.encode(), info=b"channel-engagement session").derive(self._key)
        return Fernet(base64.urlsafe_b64encode(derived))


def kept_key(folder: Path) -> bytes:
    """The key in ``folder/session.key``, made at the first use and readable by its owner alone.

    Two processes that start together agree on one. Raises StoreUnavailable, or InvalidSettings for a damaged file.
    """
    path = folder / "session.key"
    try:
        if not path.exists():
            _make_key(path)
        path.chmod(0o600)
        key = path.read_bytes().strip()
    except OSError as exc:
        raise StoreUnavailable from exc
    if len(key) < SHORTEST_KEY:
        raise InvalidSettings([f"The file {path} is damaged: remove it, and everybody signs in once more."])
    return key


def _make_key(path: Path) -> None:
    private_folder(path.parent)
    draft = path.with_name(f"session.key.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(32) + "\n")
        file.flush()
        os.fsync(file.fileno())
    # A link appears whole or not at all, and never takes the place of the key that somebody else was quicker to make.
    with contextlib.suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()


def _hash(secret: str) -> bytes:
    """What the database knows of an id or ticket. Raises SignedOut for what cannot be one."""
    if not _SECRET.fullmatch(secret):
        raise SignedOut
    return hashlib.sha256(secret.encode()).digest()


def _content(signed: Signed, rights: Iterable[str], at: datetime) -> dict[str, Any]:
    content = {name: getattr(signed, name) for name in ("workspace", "user_id", "username", "name", "kind", "token")}
    return content | {"rights": sorted(rights), "admitted_at": at.timestamp()}


def _session(session_id: str, content: dict[str, Any], until: datetime) -> Session:
    known = content | {
        "rights": frozenset(content["rights"]),
        "admitted_at": datetime.fromtimestamp(content["admitted_at"], UTC),
    }
    return Session(id=session_id, expires_at=until, **known)


def _sweep(connection: Connection, now: datetime) -> None:
    over = {"now": now.timestamp()}
    connection.execute(text("DELETE FROM tickets WHERE expires_at <= :now"), over)
    over["now"] -= KEPT_AFTER.total_seconds()
    connection.execute(text("DELETE FROM sessions WHERE expires_at <= :now"), over)
