"""The terminal's state between runs: a file for each user at each server, and each terminal side by side."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from secrets import token_hex
from typing import IO

import msgspec

TERMINALS = 8
"""The most terminals of one user that keep a state side by side, each with its own device. Servers limit devices."""

SAVED_OWN = 1000
"""The most ids of own events that are kept."""


class SavedState(msgspec.Struct, kw_only=True):
    """
    A terminal's place in the log.

    @ivar server: the server's URL.
    @ivar name: the user's name, in lower case.
    @ivar user: the user's id; 0: it is not known yet.
    @ivar device: the device's name.
    @ivar cursor: see L{hichat.client.connection.Client.cursor}.
    @ivar own: see L{hichat.client.connection.Client.own}.
    @ivar epoch: see L{hichat.client.connection.Client}; as is C{check}.
    @ivar secret: the device secret for the next log-in; see L{hichat.client.calls.Server.log_in}.
    @ivar refresh: the newest refresh token, if somebody has signed this terminal in by a browser; else empty.
    """

    server: str = ""
    name: str = ""
    user: int = 0
    device: str = msgspec.field(default_factory=lambda: f"terminal-{token_hex(8)}")
    cursor: int | None = None
    own: list[int] = []
    epoch: str = ""
    check: str = ""
    secret: str = ""
    refresh: str = ""


def state_directory(environ: Mapping[str, str] = os.environ) -> Path | None:
    """@return: the directory of the state, by the XDG Base Directory Specification; None: there is none."""
    base = Path(environ.get("XDG_STATE_HOME", ""))
    if not base.is_absolute():
        base = Path(environ.get("HOME", "")) / ".local" / "state"
    return base / "hichat" if base.is_absolute() else None


class State:
    """
    A L{SavedState} and its file. While it is open, no other process uses the same file.

    If no file can be kept, the state is a new one: a random device without a cursor.

    @ivar saved: what the file keeps.
    """

    def __init__(self, saved: SavedState, path: Path | None = None, lock: IO[bytes] | None = None) -> None:
        self.saved = saved
        self._path = path
        self._lock = lock

    @classmethod
    def open(cls, directory: Path | None, server: str, name: str) -> State:
        """
        Open the first state of this user at this server that no other process uses.

        @param directory: made if it is missing; None: keep nothing.
        @param server: the server's URL.
        @param name: the user's name as typed. The id is not known yet: the log-in gives it, and needs the device.
        """
        name = name.strip().casefold()
        key = _key(f"{server} as {name}")
        with suppress(OSError):
            for slot in range(1, TERMINALS + 1 if directory else 0):
                assert directory is not None
                directory.mkdir(mode=0o700, parents=True, exist_ok=True)
                path = directory / f"chat-{key}-{slot}.json"
                lock = _lock(path.with_suffix(".lock"))
                if lock is not None:
                    state = cls(_load(path, server, name), path, lock)
                    state._write()
                    return state
        return cls(SavedState(server=server, name=name))

    def settle(self, user: int) -> None:
        """
        The device has logged in.

        @param user: the user's id. If another user had the name before, that user's cursor is dropped. If there is no
            cursor, and an earlier version of this program kept one in a file named by the id, it is taken over.
        """
        saved = self.saved
        if saved.user not in (0, user):
            saved.cursor, saved.own, saved.epoch, saved.check = None, [], "", ""
        saved.user = user
        with suppress(OSError, msgspec.DecodeError, UnicodeDecodeError):
            if self._path is not None and saved.cursor is None:
                slot = self._path.stem.rpartition("-")[2]
                key = _key(f"{saved.server}\n{user}")
                old = self._path.with_name(f"chat-{key}-{slot}.json")
                found = msgspec.json.decode(old.read_bytes(), type=SavedState)
                if (found.server, found.user) == (saved.server, user):
                    saved.cursor, saved.own = found.cursor, found.own
                    old.unlink()
        with suppress(OSError):
            self._write()

    def rename(self) -> None:
        """Choose another device name: the server refuses the old one, which was revoked."""
        self.saved.device, self.saved.refresh = SavedState().device, ""
        with suppress(OSError):
            self._write()

    def keep(self, cursor: int | None, own: Iterable[int], epoch: str = "", check: str = "") -> None:
        """Keep the client's cursor, the ids of its own events, and of which log they are."""
        saved, newest = self.saved, sorted(own)[-SAVED_OWN:]
        if (cursor, newest, epoch, check) != (saved.cursor, saved.own, saved.epoch, saved.check):
            saved.cursor, saved.own, saved.epoch, saved.check = cursor, newest, epoch, check
            with suppress(OSError):  # a full disk must not end the chat
                self._write()

    def keep_secret(self, secret: str) -> None:
        """Keep the device secret."""
        if secret != self.saved.secret:
            self.saved.secret = secret
            with suppress(OSError):
                self._write()

    def keep_token(self, token: str) -> None:
        """Keep the newest refresh token; empty: it is not good any more."""
        if token != self.saved.refresh:
            self.saved.refresh = token
            with suppress(OSError):
                self._write()

    def close(self) -> None:
        """Release the file for other processes."""
        self._path = None
        if self._lock is not None:
            self._lock.close()

    def _write(self) -> None:
        if self._path is None:
            return
        new = self._path.with_suffix(".new")
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(msgspec.json.encode(self.saved))
        new.replace(self._path)


def _lock(path: Path) -> IO[bytes] | None:
    """@return: an open file that holds the lock; None if another process holds it."""
    file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "wb")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    except OSError:
        file.close()
        raise
    return file


def _key(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _load(path: Path, server: str, name: str) -> SavedState:
    """@return: the state in the file; a new one if there is no file, it cannot be read, or it is another user's."""
    with suppress(OSError, msgspec.DecodeError, UnicodeDecodeError):
        saved = msgspec.json.decode(path.read_bytes(), type=SavedState)
        if (saved.server, saved.name) == (server, name):
            return saved
    return SavedState(server=server, name=name)
