"""
What a bot keeps between its runs: its place in the log, its device, and which frames it has sent because of an event.

A bot may be killed at any time. It then gets all events again that it had not finished, and does what it does because
of them again. So that nothing is sent twice, each frame that it sends because of an event has a counter of its own,
which is on the disk before the frame is sent: by the event, and by its place among the frames of that event. The next
run gives it the same counter, and the server recognises it.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Mapping
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from secrets import token_hex
from typing import IO

import msgspec

from hichat.client.wire import ClientError


class StateTrouble(ClientError):
    """The state cannot be read or written; the text says why."""


class StateInUse(StateTrouble):
    """Another process uses this state."""


class BotState(msgspec.Struct, kw_only=True):
    """
    The content of the file.

    @ivar server: the server's URL.
    @ivar user: the user's id; 0: it is not known yet.
    @ivar device: the device's name.
    @ivar cursor: everything up to this position is finished; None: no position is known yet.
    @ivar done: events behind the cursor that are finished.
    @ivar counter: the largest counter that was reserved.
    @ivar sent: by the id of an event behind the cursor: the counters of the frames that were sent because of it.
    @ivar epoch: the epoch of the log; as is C{check} its fingerprint.
    @ivar secret: the device secret for the next log-in.
    @ivar refresh: the newest refresh token.
    """

    server: str = ""
    user: int = 0
    device: str = msgspec.field(default_factory=lambda: f"bot-{token_hex(8)}")
    cursor: int | None = None
    done: list[int] = []
    counter: int = 0
    sent: dict[int, list[int]] = {}
    epoch: str = ""
    check: str = ""
    secret: str = ""
    refresh: str = ""


def default_path(server: str, identity: str, environ: Mapping[str, str] = os.environ) -> Path:
    """
    @param server: the server's URL.
    @param identity: whose state it is: a token, or a user's name. It cannot be read from the path.
    @return: where the state is kept, by the XDG Base Directory Specification.
    @raise StateTrouble: there is no such place.
    """
    base = Path(environ.get("XDG_STATE_HOME", ""))
    if not base.is_absolute():
        base = Path(environ.get("HOME", "")) / ".local" / "state"
    if not base.is_absolute():
        raise StateTrouble("there is no place for the bot's state: set HOME, XDG_STATE_HOME, or Bot(state=...)")
    key = blake2b(f"{server}\n{identity}".encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    return base / "hichat" / f"bot-{key}.json"


class StateFile:
    """
    A L{BotState} and its file. While it is open, no other process uses the same file.

    @param path: the file; it and its directory are made if need be. None: keep nothing.
    @param server: the server's URL; the state of another one is not used.
    @raise StateInUse: another process uses it.
    @raise StateTrouble: it cannot be read or written.
    @ivar saved: what the file keeps.
    """

    def __init__(self, path: Path | None, server: str) -> None:
        self._path = path
        self._lock: IO[bytes] | None = None
        self.saved = BotState(server=server)
        if path is None:
            return
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = _lock(path)
            found = _read(path)
            if found is not None and found.server == server:
                self.saved = found
            self.write()
        except OSError as error:
            self.close()
            raise StateTrouble(f"the bot's state {path} cannot be kept: {error.strerror or error}") from error
        except BaseException:
            self.close()
            raise

    def write(self) -> None:
        """
        Write the file; whoever reads it finds the old or the new content, also after a power cut. When this returns, it
        is the new one.

        @raise StateTrouble: it cannot be written.
        """
        if self._path is None:
            return
        new = self._path.with_name(f"{self._path.name}.new")
        try:
            with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(msgspec.json.encode(self.saved))
                file.flush()
                os.fsync(file.fileno())
            new.replace(self._path)
            _sync_folder(self._path.parent)
        except OSError as error:
            raise StateTrouble(f"the bot's state {self._path} cannot be kept: {error.strerror or error}") from error

    def close(self) -> None:
        """Release the file for other processes."""
        self._path = None
        if self._lock is not None:
            self._lock.close()


def _sync_folder(folder: Path) -> None:
    """Wait until the new name of a file is on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _lock(path: Path) -> IO[bytes]:
    file = os.fdopen(os.open(path.with_name(f"{path.name}.lock"), os.O_WRONLY | os.O_CREAT, 0o600), "wb")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise StateInUse(
            f"another process uses the bot's state {path}: end it, or give this one a token and a state of its own"
        ) from None
    except OSError:
        file.close()
        raise
    return file


def _read(path: Path) -> BotState | None:
    """
    @return: the state in the file; None: there is no file.
    @raise StateTrouble: it is no state. It is not replaced by a new one: that would lose the bot's place.
    """
    with suppress(FileNotFoundError):
        try:
            return msgspec.json.decode(path.read_bytes(), type=BotState)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise StateTrouble(f"{path} is not the state of a bot: {error}. Remove it to begin anew") from error
    return None
