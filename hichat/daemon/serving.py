"""
Which database a daemon serves from its state directory, and where it keeps uploaded files.

The daemon writes it there at its start. The administrator's commands read it: the shell in which they are called need
not have the daemon's settings. The file has the password of the database, because the commands connect to it. So it is
for its owner only, as the keys beside it are.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec.structs import replace as replace_fields
from sqlalchemy import URL
from sqlalchemy.engine import make_url

from hichat.daemon.settings import DaemonSettings
from hichat.media.places import FOLDER
from hichat.runtime.files import replace

SERVED = "serving.json"
"""The file in the state directory."""

DATABASE_FILE = "hichat.db"
"""The database of a daemon without C{HICHAT_DATABASE}, in its state directory."""

_PORT = 5432


class ServedPlaces(msgspec.Struct, frozen=True):
    """
    @ivar database: an SQLAlchemy URL, on SQLite with an absolute path; empty: L{DATABASE_FILE} in the state directory,
        wherever that is moved.
    @ivar media: the setting C{HICHAT_MEDIA}.
    @ivar media_from: the setting C{HICHAT_MEDIA_FROM}.
    """

    database: str
    media: str = FOLDER
    media_from: str = ""


def note_places(found: DaemonSettings) -> None:
    """
    Write what a daemon serves.

    @param found: the daemon's settings.
    @raise OSError: it cannot be written.
    """
    default = f"sqlite:///{found.state_dir / DATABASE_FILE}"
    url = "" if is_same_database(found.database_url, default) else absolute(found.database_url)
    path = found.state_dir / SERVED
    data = msgspec.json.encode(ServedPlaces(url, found.media, found.media_from)) + b"\n"
    with suppress(OSError):
        if path.read_bytes() == data:
            return
    replace(path, data)


def served_places(directory: Path) -> ServedPlaces | None:
    """
    @param directory: a state directory.
    @return: what its daemon served last, with the URL of the database filled in; None: no daemon has said it.
    """
    with suppress(OSError, msgspec.DecodeError):
        said = msgspec.json.decode((directory / SERVED).read_bytes(), type=ServedPlaces)
        return said if said.database else replace_fields(said, database=f"sqlite:///{directory / DATABASE_FILE}")
    return None


def served_database(directory: Path) -> str | None:
    """@return: the URL of the database that the daemon of a state directory served last; None: none has said it."""
    said = served_places(directory)
    return None if said is None else said.database


def is_same_database(one: str, other: str) -> bool:
    """@return: whether two URLs name the same database, whatever their users, passwords and options are."""
    return _place(make_url(one)) == _place(make_url(other))


def _place(url: URL) -> tuple[object, ...]:
    if url.get_backend_name() == "sqlite":
        return "sqlite", os.path.realpath(url.database or "")
    host = url.host or url.query.get("host", "")
    port = str(url.port or url.query.get("port", _PORT))
    return url.get_backend_name(), host, port, url.database or url.username


def absolute(text: str) -> str:
    """@return: a database's URL, on SQLite with an absolute path."""
    url = make_url(text)
    if url.get_backend_name() != "sqlite" or not url.database:
        return text
    return url.set(database=os.path.abspath(url.database)).render_as_string(hide_password=False)


def shown(text: str) -> str:
    """@return: a database's URL without its password, which may also be an option in it."""
    url = make_url(text).difference_update_query(("password", "passfile", "sslpassword"))
    return url.render_as_string(hide_password=True)
