"""
App passwords: random passwords that users make for clients which cannot ask for a second factor. Queries of a
connection.

Each is for one client, has a name, and is shown once. The store has a hash. Whoever logs in with one may write and read
as the user, but may not change how the user signs in, and is no administrator: see L{User.by_app_password
<hichat.accounts.users.User.by_app_password>}.
"""

import re
from base64 import b32encode
from secrets import randbelow, token_bytes

import msgspec
from sqlalchemy import Connection, delete, func, insert, select, update

from hichat.accounts.tokens import digest
from hichat.core.errors import AppPasswordExists, NoSuchAppPassword, TooManyAppPasswords, WrongPassword
from hichat.core.events import MAX_SAFE_INTEGER
from hichat.storage.tables import app_passwords, devices, sessions

BY_APP_PASSWORD = "app_password"  # noqa: S105
"""How a log-in with one has come, for the audit log: over v1 or v2."""

APP_PASSWORDS_LIMIT = 50
"""The most app passwords of a user."""

_BYTES = 15
# 120 bits: 24 letters and digits of Base32.
_FORM = re.compile("[a-z2-7]{24}")
_SEPARATORS = re.compile(r"[\s-]+")
_GROUP = 6


class AppPassword(msgspec.Struct, frozen=True):
    """
    An app password.

    @ivar created_at: this and the other time are milliseconds since the epoch.
    @ivar used_at: the last log-in with it, or the last use of a session that it began, to some minutes; 0: there was
        none.
    """

    id: int
    name: str
    created_at: int
    used_at: int


def secret_in(text: str) -> str:
    """@return: the app password that somebody has typed, without separators; empty: it does not look like one."""
    found = _SEPARATORS.sub("", text[:64]).lower()
    return found if _FORM.fullmatch(found) else ""


def find(connection: Connection, user_id: int, secret: str) -> int:
    """@return: the number of the user's app password; 0: the user has no such one."""
    own = app_passwords.c.user_id == user_id, app_passwords.c.secret_hash == digest(secret)
    return connection.scalar(select(app_passwords.c.id).where(*own)) or 0


def make(connection: Connection, user_id: int, name: str, now: int) -> tuple[AppPassword, str]:
    """
    Make an app password.

    @param name: a checked name.
    @return: it, and the secret: four groups of six letters and digits.
    @raise AppPasswordExists: the user has one of this name.
    @raise TooManyAppPasswords: the user has L{APP_PASSWORDS_LIMIT}.
    """
    names = connection.scalars(select(app_passwords.c.name).where(app_passwords.c.user_id == user_id)).all()
    if name in names:
        raise AppPasswordExists
    if len(names) >= APP_PASSWORDS_LIMIT:
        raise TooManyAppPasswords
    secret = b32encode(token_bytes(_BYTES)).decode().lower()
    number = 1 + randbelow(MAX_SAFE_INTEGER)
    values = {"id": number, "user_id": user_id, "name": name, "secret_hash": digest(secret), "created_at": now}
    connection.execute(insert(app_passwords).values(values))
    shown = "-".join(secret[first : first + _GROUP] for first in range(0, len(secret), _GROUP))
    return AppPassword(number, name, now, 0), shown


def of_user(connection: Connection, user_id: int) -> list[AppPassword]:
    """@return: the user's app passwords, in the order in which they were made."""
    begun = (
        select(sessions.c.app_password, func.max(sessions.c.used_at))
        .join(devices, devices.c.id == sessions.c.device_id)
        .where(devices.c.user_id == user_id, sessions.c.app_password > 0)
        .group_by(sessions.c.app_password)
    )
    used = {row[0]: row[1] for row in connection.execute(begun)}
    columns = (app_passwords.c[name] for name in AppPassword.__struct_fields__)
    query = select(*columns).where(app_passwords.c.user_id == user_id)
    found = connection.execute(query.order_by(app_passwords.c.created_at, app_passwords.c.name))
    return [AppPassword(row.id, row.name, row.created_at, max(row.used_at, used.get(row.id, 0))) for row in found]


def use(connection: Connection, number: int, now: int) -> None:
    """
    Note a log-in, in its transaction.

    @raise WrongPassword: the app password was revoked since it was checked.
    """
    good = app_passwords.c.id == number, app_passwords.c.secret_hash.is_not(None)
    if connection.execute(update(app_passwords).where(*good).values(used_at=now)).rowcount == 0:
        raise WrongPassword


def void(connection: Connection, user_id: int, number: int) -> AppPassword:
    """
    Make an app password open nothing any more. It stays in the list until L{remove}.

    @return: it.
    @raise NoSuchAppPassword: the user has no such one.
    """
    own = app_passwords.c.id == number, app_passwords.c.user_id == user_id
    if connection.execute(update(app_passwords).where(*own).values(secret_hash=None)).rowcount == 0:
        raise NoSuchAppPassword
    return next(each for each in of_user(connection, user_id) if each.id == number)


def remove(connection: Connection, user_id: int, number: int) -> None:
    """Remove an app password, whose sessions have ended."""
    own = app_passwords.c.id == number, app_passwords.c.user_id == user_id
    connection.execute(delete(app_passwords).where(*own))


def forget(connection: Connection, user_id: int) -> None:
    """Remove all app passwords of a user, whose tokens are void."""
    connection.execute(delete(app_passwords).where(app_passwords.c.user_id == user_id))
