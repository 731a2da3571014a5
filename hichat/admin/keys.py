"""
The commands for the keys of a store: C{hichat keys export}, C{import} and C{accept}. L{hichat.storage.keyring} says
which keys these are.

The exported text is a line that says what it is, and one for each key: the name of its file, and the key in Base64.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, inspect
from sqlalchemy.engine import make_url

from hichat.accounts import users
from hichat.accounts.sign_outs import signing_out
from hichat.admin.administration import check_directory, note_command, now, open_store
from hichat.admin.arguments import command, settings_of
from hichat.core.drafts import Draft, drafted
from hichat.core.errors import NotStored, StartError
from hichat.daemon.service import StateDirLock
from hichat.daemon.settings import DaemonSettings
from hichat.pipeline.ledger.writer import LogWriter
from hichat.runtime import keys
from hichat.runtime.child import no_threads
from hichat.runtime.files import replace
from hichat.storage import keyring
from hichat.storage.engine import make_engine
from hichat.storage.keyring import STORE_KEYS
from hichat.storage.store import Store
from hichat.storage.tables import audit, key_fingerprints

FIRST_LINE = "HiChat's keys, version 1. Keep them secret."
"""The first line of the exported text."""

SIZE_LIMIT = 10_000
"""The most bytes of a text that is imported; ours has some two hundred."""

SIGNED_OUT_AT_ONCE = 200
"""Users who are logged out in one transaction."""

Keys = Mapping[str, bytes]
"""Keys by the names of their files."""


def add_commands(commands: Any) -> None:
    """Add the commands for the keys."""
    those = commands.add_parser("keys", help="look after the keys that all daemons of a store share")
    those = those.add_subparsers(required=True, metavar="COMMAND")
    text = "write the keys, which are secret, to a new file or the standard output"
    command(those, "export", text, _export, named=False).add_argument("file", nargs="?", default="-", metavar="FILE")
    text = "put exported keys, from a file or the standard input, into the state directory"
    importing = command(those, "import", text, _import, named=False)
    importing.add_argument("file", nargs="?", default="-", metavar="FILE")
    text = "even if the directory has other keys, which are lost then, or the store has"
    importing.add_argument("--replace", action="store_true", help=text)
    text = "make the state directory's keys the store's, if those are lost; another token.key logs everybody out"
    command(those, "accept", text, _accept, named=False)


def exported(found: Keys) -> str:
    """@return: keys as a text."""
    return "".join(f"{line}\n" for line in (FIRST_LINE, *(f"{name} {_base64(key)}" for name, key in found.items())))


def parse(text: str) -> Keys:
    """
    @return: the keys in a text that L{exported} has made.
    @raise StartError: it is another text, or is not whole.
    """
    first, *lines = text.strip().splitlines() or [""]
    found = {}
    for line in lines:
        name, _, key = line.partition(" ")
        try:
            found[name] = base64.b64decode(key.strip(), validate=True)
        except (binascii.Error, ValueError):
            found[name] = b""
    if first.strip() != FIRST_LINE or {*found} != {*STORE_KEYS} or any(len(key) != keys.SIZE for key in found.values()):
        raise StartError("hichat: these are no keys, or not all of them: `hichat keys export` writes them")
    return found


def _base64(key: bytes) -> str:
    return base64.b64encode(key).decode()


def _export(options: argparse.Namespace) -> int:
    directory = _directory_of(settings_of(options))
    found = {name: keys.load(directory, name) for name in STORE_KEYS}
    there = {name: key for name, key in found.items() if key is not None}
    if len(there) < len(found):
        missing = ", ".join(name for name in found if name not in there)
        raise StartError(f"hichat: HICHAT_STATE_DIR: there is no {missing} in {directory}")
    if options.file == "-":
        sys.stdout.write(exported(there))
    else:
        with _open(options.file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, "w") as file:
            file.write(exported(there))
    _note(settings_of(options), "keys export")
    return 0


def _directory_of(found: DaemonSettings) -> Path:
    check_directory(found, make=False)
    return found.state_dir


@contextmanager
def _open(path: str, flags: int, mode: str) -> Iterator[Any]:
    """
    Open a file, which only its owner may read if it is made.

    @raise StartError: it cannot be opened, read or written.
    """
    try:
        with open(os.open(path, flags, 0o600), mode, encoding="utf-8", errors="replace") as file:
            yield file
    except OSError as e:
        raise StartError(f"hichat: {path}: {e.strerror}") from None


def _import(options: argparse.Namespace) -> int:
    if options.file == "-":
        text = sys.stdin.read(SIZE_LIMIT)
    else:
        with _open(options.file, os.O_RDONLY, "r") as file:
            text = file.read(SIZE_LIMIT)
    wanted, found = parse(text), settings_of(options, make=True)
    check_directory(found, make=True)
    here = {name: _load(found.state_dir, name) for name in wanted}
    new = [name for name, key in wanted.items() if here[name] != key]
    if not new:
        print(f"{found.state_dir} has these keys already")
        return 0
    with _locked(found.state_dir):
        if not options.replace:
            _check(found, wanted, here)
        for name in new:
            replace(found.state_dir / name, wanted[name])
    _note(found, "keys import", {"new": len(new), "replace": bool(options.replace)})
    print(f"{found.state_dir} has these keys now: {', '.join(new)}")
    return 0


def _note(found: DaemonSettings, act: str, detail: Mapping[str, object] | None = None) -> None:
    """Note a command in the audit log of the store, if there is one yet."""
    engine = _opened(found)
    if engine is None:
        return
    try:
        with engine.connect() as connection:
            there = inspect(connection).has_table(audit.name)
        if there:
            note_command(Store(engine, no_threads, no_threads), act, detail=detail)
    finally:
        engine.dispose()


def _opened(found: DaemonSettings) -> Engine | None:
    """@return: an engine of the store, which is neither made nor migrated; None: there is none yet."""
    url = make_url(found.database_url)
    if url.get_backend_name() == "sqlite" and not (url.database and Path(url.database).exists()):
        return None
    return make_engine(found.database_url)


def _load(directory: Path, name: str) -> bytes | None:
    """@return: the key in a file, empty if the file holds none; None: there is no such file."""
    try:
        return keys.load(directory, name)
    except StartError:
        return b""


def _check(found: DaemonSettings, wanted: Keys, here: Mapping[str, bytes | None]) -> None:
    """@raise StartError: the directory or the store has other keys."""
    other = ", ".join(name for name, key in wanted.items() if here[name] not in (None, key))
    if other:
        raise StartError(
            f"hichat: HICHAT_STATE_DIR: {found.state_dir} has another {other}; nothing is changed. "
            "`hichat keys export FILE` saves what is there, `hichat keys import --replace` overwrites it"
        )
    wrong = keyring.differences(_fingerprints(found), wanted)
    if wrong:
        raise StartError(
            f"hichat: HICHAT_DATABASE: these are not the keys of the store ({keyring.listed(wrong)}); "
            "nothing is changed. `hichat keys import --replace` imports them all the same"
        )


def _fingerprints(found: DaemonSettings) -> dict[str, bytes]:
    """@return: the fingerprints of the store's keys, without making or migrating a store."""
    engine = _opened(found)
    if engine is None:
        return {}
    try:
        with engine.connect() as connection, connection.begin():
            return keyring.fingerprints(connection) if inspect(connection).has_table(key_fingerprints.name) else {}
    finally:
        engine.dispose()


@contextmanager
def _locked(directory: Path) -> Iterator[None]:
    """@raise StartError: a daemon is at work in the directory; it would go on with the keys that it has read."""
    lock = StateDirLock(directory)
    try:
        yield
    finally:
        lock.release()


def _accept(options: argparse.Namespace) -> int:
    found = settings_of(options)
    store, directory = open_store(found, make=False, with_keys=False), found.state_dir
    with _locked(directory):
        with store.snapshot() as connection:
            here = {name: keys.load(directory, name) for name in STORE_KEYS}
            wrong = keyring.differences(keyring.fingerprints(connection), here)
        if not wrong:
            print(f"{directory} has the keys of the store: there is nothing to accept")
            return 0
        # The fingerprints come last: until then a start is refused, and this command can be given again.
        signed_out = _sign_everybody_out(store) if "token.key" in wrong else 0
        with store.transaction() as connection:
            keyring.accept(connection, directory)
    note_command(store, "keys accept", detail={"new": ", ".join(wrong)})
    print(f"the keys in {directory} are the store's now (new: {', '.join(wrong)}); {signed_out} users are logged out")
    print("other daemons of the store need them, too: hichat keys export, hichat keys import --replace")
    return 0


def _sign_everybody_out(store: Store) -> int:
    """
    Void the tokens of all users. Daemons that run close their connections.

    @return: the number of users.
    @raise StartError: the store failed.
    """
    writer = LogWriter(store, now)
    with store.snapshot() as connection:
        ids = [user.id for user in users.everyone(connection)]
    for first in range(0, len(ids), SIGNED_OUT_AT_ONCE):
        outcomes = writer.write([_signing_out(user) for user in ids[first : first + SIGNED_OUT_AT_ONCE]])
        if any(isinstance(outcome, NotStored) for outcome in outcomes):
            raise StartError(f"hichat: HICHAT_DATABASE: {writer.trouble.cause or 'cannot be written'}")
    return len(ids)


def _signing_out(user_id: int) -> Draft:
    def change(connection: Any, draft: Draft, _position: int) -> None:
        users.sign_out(connection, user_id, now())
        draft.body = b"%d" % users.get(connection, user_id).generation

    nobody: Any = None
    return drafted(signing_out(user_id, change), nobody)
