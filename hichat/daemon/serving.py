"""
Which database a daemon serves from its state directory, where it keeps uploaded files, and by which server it sends
mails.

The daemon writes it there at its start. The administrator's commands read it: the shell in which they are called need
not have the daemon's settings. The file has the passwords of the database and of the mail server, because the commands
connect to them. So it is for its owner only, as the keys beside it are.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec.structs import replace as replace_fields
from sqlalchemy import URL
from sqlalchemy.engine import make_url

from hichat.core.errors import StartError
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
    @ivar database: an SQLAlchemy URL. The path of a file of SQLite is relative if the file is in the state directory:
        that may be moved, or be at another path in a container. Empty: L{DATABASE_FILE} there.
    @ivar media: the setting C{HICHAT_MEDIA}.
    @ivar media_from: the setting C{HICHAT_MEDIA_FROM}.
    @ivar smtp: the setting C{HICHAT_SMTP}; this one and the next two are for C{hichat mail test}.
    @ivar mail_from: the setting C{HICHAT_MAIL_FROM}.
    @ivar public_url: the setting C{HICHAT_PUBLIC_URL}, if C{smtp} is not empty.
    @ivar copied: the database into which the store was copied since; empty: into none. A daemon's start makes it empty.
    """

    database: str
    media: str = FOLDER
    media_from: str = ""
    copied: str = ""
    smtp: str = ""
    mail_from: str = ""
    public_url: str = ""


def note_places(found: DaemonSettings, copied: str = "") -> None:
    """
    Write what a daemon serves.

    @param found: the daemon's settings.
    @param copied: the URL of the database into which its store was copied.
    @raise OSError: it cannot be written.
    """
    path = found.state_dir / SERVED
    urls = (_written(found.database_url, found.state_dir), copied and _written(copied, found.state_dir))
    public_url = str(found.public_url) if found.smtp else ""
    mail = found.smtp, found.mail_from, public_url
    data = msgspec.json.encode(ServedPlaces(urls[0], found.media, found.media_from, urls[1], *mail)) + b"\n"
    with suppress(OSError):
        if path.read_bytes() == data:
            return
    replace(path, data)


def _written(text: str, directory: Path) -> str:
    if is_same_database(text, f"sqlite:///{directory / DATABASE_FILE}"):
        return ""
    url = make_url(text)
    if url.get_backend_name() != "sqlite":
        return spelt_out(text)
    path, home = os.path.realpath(url.database or ""), os.path.realpath(directory)
    if not path.startswith(f"{home}/"):
        return absolute(text)
    return url.set(database=os.path.relpath(path, home)).render_as_string(hide_password=False)


def served_places(directory: Path) -> ServedPlaces | None:
    """
    @param directory: a state directory.
    @return: what its daemon served last, with whole URLs; None: no daemon has said it.
    @raise StartError: what it has said cannot be read.
    """
    path = directory / SERVED
    try:
        said = msgspec.json.decode(path.read_bytes(), type=ServedPlaces)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as e:
        raise StartError(
            f"hichat: HICHAT_STATE_DIR: {path}, which says what the daemon serves, cannot be read: {e.strerror}; call "
            "this as the daemon's user"
        ) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise StartError(
            f"hichat: HICHAT_STATE_DIR: {path} does not say what the daemon serves; its next start writes it anew, or "
            "delete it and name the database with --database"
        ) from None
    copied = said.copied and _whole(said.copied, directory)
    return replace_fields(said, database=_whole(said.database, directory), copied=copied)


def _whole(written: str, directory: Path) -> str:
    if not written:
        return f"sqlite:///{directory / DATABASE_FILE}"
    url = make_url(written)
    if url.get_backend_name() != "sqlite":
        return written
    # An absolute path stays as it is.
    return url.set(database=str(directory / (url.database or ""))).render_as_string(hide_password=False)


def served_database(directory: Path) -> str | None:
    """@return: the URL of the database that the daemon of a state directory served last; None: none has said it."""
    said = served_places(directory)
    return None if said is None else said.database


PLACING = {
    "PGHOST": "host",
    "PGHOSTADDR": "hostaddr",
    "PGPORT": "port",
    "PGDATABASE": "dbname",
    "PGUSER": "user",
    "PGSERVICE": "service",
    "PGSERVICEFILE": "servicefile",
    "PGTARGETSESSIONATTRS": "target_session_attrs",
}
"""The environment variables by which libpq finds a database, where a URL leaves that open, and its names for them."""


def spelt_out(text: str) -> str:
    """
    @param text: the URL of a database on PostgreSQL.
    @return: the same URL with what the environment of this process adds: another process may have another one.
    """
    url = make_url(text)
    if url.get_backend_name() == "sqlite" or not any(name in os.environ for name in PLACING):
        return text
    from psycopg import pq

    there = {"host": url.host, "port": url.port, "dbname": url.database, "user": url.username, **url.query}
    adds: dict[str, str] = {}
    for option in pq.Conninfo.get_defaults():
        keyword, value = option.keyword.decode(), (option.val or b"").decode()
        if keyword in PLACING.values() and value and not there.get(keyword) and option.val != option.compiled:
            adds[keyword] = value
    # Those of a service are in the others.
    adds.pop("service", None)
    parts = {"database": adds.pop("dbname", None), "username": adds.pop("user", None)}
    url = url.set(**{name: value for name, value in parts.items() if value})  # type: ignore[arg-type]
    return url.update_query_dict(adds).render_as_string(hide_password=False) if adds or any(parts.values()) else text


def keep_to(text: str) -> list[str]:
    """
    Let nothing in the environment of this process change which database a URL names.

    @param text: a URL that L{spelt_out} has made.
    @return: the names of the variables that would have.
    """
    changes = [name for name in PLACING if name in os.environ] if spelt_out(text) != text else []
    for name in PLACING:
        os.environ.pop(name, None)
    return changes


def is_same_database(one: str, other: str) -> bool:
    """@return: whether two URLs name the same database, whatever their users, passwords and options are."""
    return _place(make_url(one)) == _place(make_url(other))


def _place(url: URL) -> tuple[object, ...]:
    if url.get_backend_name() == "sqlite":
        return "sqlite", os.path.realpath(url.database or "")
    host = url.query.get("hostaddr") or url.host or url.query.get("host", "")
    port = str(url.port or url.query.get("port", _PORT))
    name = url.database or url.query.get("dbname") or url.username or url.query.get("user")
    return url.get_backend_name(), host, port, name


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
