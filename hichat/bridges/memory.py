"""
What a bridge keeps between its runs: a SQLite file, which one process uses at a time.

Matterbridge forgets a message once it has written it to the stream; so each line is in this file, on the disk, before
anything else is done with it, and leaves it when HiChat has it.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from secrets import token_hex
from typing import NamedTuple

import msgspec

from hichat.core.errors import StartError

PAIRS_LIMIT = 50_000
"""The most messages whose ids on both sides are kept; the oldest are forgotten."""

PICTURES_LIMIT = 1000
"""The most pictures of people whose uploads are kept."""

_TABLES = """
CREATE TABLE IF NOT EXISTS kept (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS waiting (number INTEGER PRIMARY KEY AUTOINCREMENT, line BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS pairs (
    number INTEGER PRIMARY KEY AUTOINCREMENT, gateway TEXT NOT NULL, source TEXT NOT NULL, theirs TEXT NOT NULL,
    ours INTEGER NOT NULL, digest TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS by_theirs ON pairs (gateway, theirs);
CREATE INDEX IF NOT EXISTS by_ours ON pairs (ours);
CREATE TABLE IF NOT EXISTS pictures (
    number INTEGER PRIMARY KEY AUTOINCREMENT, url TEXT NOT NULL UNIQUE, media TEXT NOT NULL, made REAL NOT NULL);
"""


class BridgePlace(msgspec.Struct):
    """Where a bridge is in HiChat's log; see L{hichat.client.connection.Client}."""

    cursor: int | None = None
    own: list[int] = []
    epoch: str = ""
    check: str = ""


class Pair(NamedTuple):
    """
    A message on both sides.

    @ivar source: from where Matterbridge got it; see L{hichat.bridges.wire.RemoteMessage.source}; empty: from HiChat.
    @ivar digest: of its content, as it came last.
    """

    gateway: str
    source: str
    theirs: str
    ours: int
    digest: str


class BridgeMemory:
    """
    @param path: the file; its directory is made if it is missing.
    @raise StartError: it cannot be used, or another process uses it.
    """

    def __init__(self, path: Path) -> None:
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            self._database = sqlite3.connect(path, isolation_level=None, timeout=0)
            self._database.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._database.execute("PRAGMA synchronous = FULL")
            self._database.executescript(f"BEGIN EXCLUSIVE; {_TABLES} COMMIT;")
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise StartError(f"hichat: {path} is in use by another bridge; end it, or give --state") from None
            raise StartError(f"hichat: cannot use {path}: {error}; give --state FILE") from None
        except sqlite3.DatabaseError as error:
            raise StartError(f"hichat: {path} is not a bridge's state ({error}); give --state FILE") from None
        except OSError as error:
            raise StartError(f"hichat: cannot use {path}: {error.strerror}; give --state FILE") from None

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    # Small values

    @property
    def device(self) -> str:
        """The name of this bridge's device; made at the first use."""
        found = self._value("device")
        return found or self._keep("device", f"bridge-{token_hex(8)}")

    @property
    def account(self) -> str:
        """The account of Matterbridge's API, by which it names what came from this bridge; empty: it is not known."""
        return self._value("account")

    @account.setter
    def account(self, account: str) -> None:
        if account != self.account:
            self._keep("account", account)

    @property
    def place(self) -> BridgePlace:
        """Where the bridge is in HiChat's log."""
        found = self._value("place")
        return msgspec.json.decode(found, type=BridgePlace) if found else BridgePlace()

    @place.setter
    def place(self, place: BridgePlace) -> None:
        self._keep("place", msgspec.json.encode(place).decode())

    def _value(self, name: str) -> str:
        row = self._database.execute("SELECT value FROM kept WHERE name = ?", (name,)).fetchone()
        return row[0] if row else ""

    def _keep(self, name: str, value: str) -> str:
        self._database.execute("INSERT OR REPLACE INTO kept VALUES (?, ?)", (name, value))
        return value

    # Lines that wait

    def put(self, lines: Iterable[bytes]) -> None:
        """Keep lines of the stream; they are on the disk when this returns."""
        self._database.execute("BEGIN")
        self._database.executemany("INSERT INTO waiting (line) VALUES (?)", [(line,) for line in lines])
        self._database.execute("COMMIT")

    def first(self) -> tuple[int, bytes] | None:
        """@return: the number and the bytes of the oldest line; None: there is none."""
        row = self._database.execute("SELECT number, line FROM waiting ORDER BY number LIMIT 1").fetchone()
        return (row[0], row[1]) if row else None

    def done(self, number: int) -> None:
        """Forget a line."""
        self._database.execute("DELETE FROM waiting WHERE number = ?", (number,))

    def waiting(self) -> tuple[int, int]:
        """@return: the number of lines that wait, and their bytes."""
        row = self._database.execute("SELECT count(*), coalesce(sum(length(line)), 0) FROM waiting").fetchone()
        return row[0], row[1]

    # Ids on both sides

    def pair(self, pair: Pair) -> None:
        """Keep a message's ids."""
        self._database.execute(
            "INSERT INTO pairs (gateway, source, theirs, ours, digest) VALUES (?, ?, ?, ?, ?)", tuple(pair)
        )
        self._database.execute("DELETE FROM pairs WHERE number <= (SELECT max(number) FROM pairs) - ?", (PAIRS_LIMIT,))

    def changed(self, pair: Pair, digest: str) -> None:
        """A message has another content now."""
        self._database.execute(
            "UPDATE pairs SET digest = ? WHERE gateway = ? AND theirs = ? AND source = ?",
            (digest, pair.gateway, pair.theirs, pair.source),
        )

    def by_theirs(self, gateway: str, theirs: str) -> list[Pair]:
        """@return: the messages with an id of Matterbridge's side, in order; several sources may have the same id."""
        found = self._database.execute(
            "SELECT gateway, source, theirs, ours, digest FROM pairs WHERE gateway = ? AND theirs = ? ORDER BY number",
            (gateway, theirs),
        )
        return [Pair(*row) for row in found]

    def by_ours(self, ours: int) -> Pair | None:
        """@return: the message with an id of HiChat."""
        row = self._database.execute(
            "SELECT gateway, source, theirs, ours, digest FROM pairs WHERE ours = ? ORDER BY number LIMIT 1", (ours,)
        ).fetchone()
        return Pair(*row) if row else None

    # Pictures of people

    def picture(self, url: str, since: float) -> str | None:
        """
        @param since: the earliest time of its upload, in seconds since the epoch.
        @return: the URL of the upload; empty: it could not be had; None: nothing is known.
        """
        row = self._database.execute("SELECT media FROM pictures WHERE url = ? AND made >= ?", (url, since)).fetchone()
        return row[0] if row else None

    def keep_picture(self, url: str, media: str, made: float) -> None:
        """Keep the URL of an upload."""
        self._database.execute(
            "INSERT OR REPLACE INTO pictures (url, media, made) VALUES (?, ?, ?)", (url, media, made)
        )
        self._database.execute(
            "DELETE FROM pictures WHERE number <= (SELECT max(number) FROM pictures) - ?", (PICTURES_LIMIT,)
        )

    def forget_picture(self, media: str) -> None:
        """The server does not have an upload any more."""
        self._database.execute("DELETE FROM pictures WHERE media = ?", (media,))
