"""
The keys that belong to a store, and not to one state directory. All daemons of the store need the same ones:

 - C{token.key} signs tokens and device secrets. With another one nobody is logged in any more.
 - C{media.key} signs links to files. With another one the links in messages of v1 open nothing, for ever.
 - C{names.key} hashes names that were given up. With another one they do not rest any more.

C{plane.key} is not one of them: it is for the workers of one daemon.

The store has a fingerprint of each. A state directory with other keys, or without them, is refused: it is another
daemon's, or belongs to another store, or the store was put back without its keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import Connection, Engine, delete, insert, inspect, select

from hichat.core.errors import StartError
from hichat.runtime import keys
from hichat.storage.tables import key_fingerprints

STORE_KEYS = ("token.key", "media.key", "names.key")
"""The files with the store's keys, in the state directory."""


def check_keys(engine: Engine, directory: Path) -> None:
    """
    Check that a state directory has the store's keys. A key whose fingerprint the store does not have yet is made, if
    it is missing, and becomes the store's: so it is in a new store, and in one from before there were fingerprints.

    @param engine: the store's, migrated.
    @param directory: the state directory.
    @raise StartError: the directory does not have the store's keys.
    """
    with engine.connect() as connection, connection.begin():
        _check(connection, directory)
        if len(fingerprints(connection)) == len(STORE_KEYS):
            return
    # The lock makes the others wait: of two first daemons only one makes the keys of a store.
    with engine.connect().execution_options(write=True) as connection, connection.begin():
        _check(connection, directory)
        known = fingerprints(connection)
        for name in STORE_KEYS:
            key = keys.load_or_make(directory, name)
            if name not in known:
                _note(connection, name, key)


def check_known_keys(engine: Engine, directory: Path) -> None:
    """
    Check the same of a store that is to be migrated, as far as it knows its keys: another store stays as it is.

    @raise StartError: see L{check_keys}.
    """
    with engine.connect() as connection, connection.begin():
        if inspect(connection).has_table(key_fingerprints.name):
            _check(connection, directory)


def differences(known: Mapping[str, bytes], found: Mapping[str, bytes | None]) -> dict[str, str]:
    """
    @param known: the store's L{fingerprints}.
    @param found: keys by name; None: the key is missing.
    @return: how keys differ from the store's, by name: C{is missing} or C{is another one}.
    """
    wrong = {}
    for name, print_ in known.items():
        key = found.get(name)
        if key is None:
            wrong[name] = "is missing"
        elif keys.fingerprint(name, key) != print_:
            wrong[name] = "is another one"
    return wrong


def fingerprints(connection: Connection) -> dict[str, bytes]:
    """@return: the fingerprints of the store's keys, by name; without keys that it does not know yet."""
    rows = connection.execute(select(key_fingerprints.c.name, key_fingerprints.c.fingerprint))
    return {row.name: row.fingerprint for row in rows}


def accept(connection: Connection, directory: Path) -> None:
    """Make the keys of a state directory the store's. Those that are missing there are made."""
    connection.execute(delete(key_fingerprints))
    for name in STORE_KEYS:
        _note(connection, name, keys.load_or_make(directory, name))


def listed(wrong: Mapping[str, str]) -> str:
    """@return: L{differences} as words."""
    return ", ".join(f"{name} {how}" for name, how in wrong.items())


def _check(connection: Connection, directory: Path) -> None:
    wrong = differences(fingerprints(connection), {name: keys.load(directory, name) for name in STORE_KEYS})
    if wrong:
        raise StartError(
            f"hichat: HICHAT_STATE_DIR: {directory} does not have the keys of this store ({listed(wrong)}); copy them: "
            "`hichat keys export FILE` at another daemon of the store or in a backup of its state directory, "
            "`hichat keys import FILE` here; only if they are lost: `hichat keys accept`"
        )


def _note(connection: Connection, name: str, key: bytes) -> None:
    connection.execute(insert(key_fingerprints).values(name=name, fingerprint=keys.fingerprint(name, key)))
