"""
The sessions of devices. Queries of a connection.

A session ends some time after its log-in, whatever happens. Until then v2 refreshes it, and a refresh token is good
once: each refresh gives the next one. If an older one comes again, two parties have the session, and nobody knows which
of them is the user. So the session ends for both (RFC 9700, 4.14.2).

One case is no theft: the answer to a refresh was lost, and the client asks again. So for L{REFRESH_GRACE} the token
that was exchanged last is taken again, and gives another new one. All the tokens that it gave are valid until one of
them is used, because answers may overtake each other; then the others are old. So a thief within the grace is found
out: the user and the thief hold different tokens, and the second of them to use theirs ends the session. (If both got
the same token, they could go on side by side for ever.)

An older copy of the store gives the numbers of its next devices a second time: a token that was made before the copy
was put back may name a device that is another user's by now. So a session's number is random, and grows by random
steps: such a token has the number of no session that begins later, whose device it ever is.

Clocks are set, so a stored time may be in the future. A period that begins at such a time counts as under way for as
long before it, too, and not until the clock has caught up.
"""

from collections.abc import Collection, Mapping
from secrets import randbelow
from typing import Literal, NamedTuple

from sqlalchemy import Connection, Row, bindparam, select, update

from hichat.accounts import users
from hichat.accounts.devices import OLD_NAME, Device
from hichat.accounts.tokens import REFRESH_LIFETIME, V1_LIFETIME, RefreshClaims
from hichat.accounts.users import User
from hichat.core.errors import Unauthorized
from hichat.storage.tables import devices, provider_sessions, sessions
from hichat.storage.tables import users as users_table

REFRESH_GRACE = 60_000
"""Milliseconds after a refresh in which the token before is taken once more."""

DURATION = 365 * 24 * 3600
"""Seconds from the log-in after which a session is over, unless the operator says otherwise."""


FIRST_LIMIT = 2**52
"""The limit of the number of a device's first session."""

STEP_LIMIT = 2**32
"""
The limit of the difference between the numbers of two sessions of a device. So it can log in some 4 billion times
before a number does not fit 63 bits.
"""


class Reused(NamedTuple):
    """An old refresh token came again: the session has to end."""

    user: int
    device: int


class Rotated(NamedTuple):
    """
    A refresh token was exchanged.

    @ivar turn: the turn of the next refresh token.
    @ivar began_at: the time of the device's log-in, in milliseconds since the epoch.
    """

    user: User
    turn: int
    began_at: int


class Session(NamedTuple):
    """
    The session of a device.

    @ivar device: the device's number.
    @ivar user: the user's id.
    @ivar number: the session's number; it grows with each log-in and log-out of the device, and cannot be guessed.
    @ivar began_at: the time of the log-in, in milliseconds since the epoch.
    @ivar used_at: the last refresh, or the last use of a token of v1, to some minutes; 0: it is not known.
    @ivar client_ip: the address of the log-in or the last refresh.
    @ivar app_password: the number of the app password that began it; 0: none did.
    @ivar via: the way in, as in L{hichat.audit.entries.Entry}, or C{token}; empty: it began before that was noted.
    """

    device: int
    user: int
    number: int
    began_at: int
    used_at: int
    client_ip: str
    app_password: int = 0
    via: str = ""


WayIn = Literal["password", "app_password", "oidc", "passkey", "device_flow", "token"]
"""A way in, as people and programs read it. C{token}: an administrator has made the token."""

WAYS: Mapping[str, WayIn] = {
    "v1": "password",
    "v2": "password",
    "app_password": "app_password",
    "oidc": "oidc",
    "passkey": "passkey",
    "device_flow": "device_flow",
    "token": "token",
}
"""The ways in by their names in the store and the audit log."""


def way_of(device: Device, session: Session) -> WayIn:
    """@return: the way in of a session. Before they were noted there were only passwords and tokens."""
    return WAYS.get(session.via) or ("token" if device.dialect == "both" else "password")


class TokenHolder(NamedTuple):
    """
    The user of a token.

    @ivar session: the session of the device that the token is bound to.
    """

    user: User
    session: Session


def is_over(began_at: int, now: int, duration: int) -> bool:
    """
    @param began_at: milliseconds since the epoch.
    @param duration: the duration of sessions, in seconds.
    @return: whether a session that began at this time has expired.
    """
    return abs(now - began_at) >= duration * 1000


def callers(
    connection: Connection, keys: Collection[tuple[int, int]], now: int, duration: int
) -> dict[tuple[int, int], TokenHolder | None]:
    """
    @param keys: pairs of a user and a device; device 0 stands for the user's device for old tokens of v1, which name
        none.
    @param duration: see L{is_over}.
    @return: the user and the session by pair; None: the user is disabled or gone, or there is no valid session.
    """
    found = users.find_many(connection, {user for user, _ in keys})
    known = standing(connection, {device for _, device in keys if device})
    old = _old(connection, {user for user, device in keys if not device})

    def look(user_id: int, device_id: int) -> TokenHolder | None:
        user = found[user_id]
        session = known.get(device_id) if device_id else old.get(user_id)
        if user is None or user.disabled or session is None or session.user != user_id:
            return None
        return None if is_over(session.began_at, now, duration) else TokenHolder(user, session)

    return {key: look(*key) for key in keys}


def standing(connection: Connection, device_ids: Collection[int]) -> dict[int, Session]:
    """@return: by device: the live session; without devices that were revoked or have none."""
    if not device_ids:
        return {}
    return {row[0]: Session(*row) for row in connection.execute(_STANDING, {"devices": [*device_ids]})}


def over(connection: Connection, device_ids: Collection[int], now: int, duration: int) -> set[int]:
    """
    @param duration: see L{is_over}.
    @return: those of these devices whose sessions have expired.
    """
    return {each.device for each in standing(connection, device_ids).values() if is_over(each.began_at, now, duration)}


def _old(connection: Connection, user_ids: Collection[int]) -> dict[int, Session]:
    """@return: by user: the session of the user's device for old tokens of v1, which name none."""
    if not user_ids:
        return {}
    return {row.user_id: Session(*row) for row in connection.execute(_OLD, {"users": [*user_ids]})}


_SESSIONS = (
    select(
        sessions.c.device_id,
        devices.c.user_id,
        sessions.c.number,
        sessions.c.began_at,
        sessions.c.used_at,
        sessions.c.client_ip,
        sessions.c.app_password,
        sessions.c.via,
    )
    .join(devices, devices.c.id == sessions.c.device_id)
    .where(sessions.c.live, devices.c.revoked_at.is_(None))
)
_STANDING = _SESSIONS.where(sessions.c.device_id.in_(bindparam("devices", expanding=True)))
_OLD = _SESSIONS.where(devices.c.user_id.in_(bindparam("users", expanding=True)), devices.c.name == OLD_NAME)


def begin(connection: Connection, user: User, device_id: int, client_ip: str, now: int, via: str = "") -> int:
    """
    Begin a session: a device has logged in. Its earlier session ends.

    @param user: the user as recognised: an app password that did it is noted.
    @param via: the way in; see L{Session}.
    @return: the new session's number.
    @raise NotForBots: it is a bot: those have tokens, and no sessions.
    """
    users.check_person(user)
    last = connection.scalar(select(sessions.c.number).where(sessions.c.device_id == device_id)) or 0
    number = last + 1 + randbelow(STEP_LIMIT if last else FIRST_LIMIT)
    values = {
        "number": number,
        "generation": user.generation,
        "refresh_hash": None,
        "previous_hash": None,
        "rotated_at": now,
        "client_ip": client_ip[:64],
        "turn": 0,
        "live": True,
        "began_at": now,
        "used_at": now,
        "app_password": user.app_password,
        "via": via,
    }
    if connection.execute(update(sessions).where(sessions.c.device_id == device_id).values(values)).rowcount == 0:
        connection.execute(sessions.insert().values(device_id=device_id, **values))
    return number


def carry_over(connection: Connection, before: Session, number: int) -> None:
    """
    Another password began another session of a device: if a provider of single sign-on is asked about the one before,
    it is asked about this one.

    @param number: the number of the new session.
    """
    of = provider_sessions.c
    mine = of.device_id == before.device, of.number == before.number
    connection.execute(update(provider_sessions).where(*mine).values(number=number))


def go_on(connection: Connection, user: User, device_id: int, now: int) -> int:
    """
    Continue a device's session for one more token; its other tokens stay valid. Without a session, begin one.

    @return: the session's number.
    """
    row = _live(connection, device_id)
    if row is None or row.generation != user.generation or row.app_password != user.app_password:
        return begin(connection, user, device_id, "", now, "token")
    connection.execute(update(sessions).where(sessions.c.device_id == device_id).values(began_at=now))
    return int(row.number)


def use(connection: Connection, device_ids: Collection[int], now: int) -> dict[int, None]:
    """Note that tokens of these devices were used."""
    connection.execute(update(sessions).where(sessions.c.device_id.in_(device_ids)).values(used_at=now))
    return dict.fromkeys(device_ids)


def rotate(
    connection: Connection, shown: RefreshClaims, shown_hash: bytes, client_ip: str, now: int, duration: int
) -> Rotated | Reused:
    """
    Exchange a refresh token.

    @param shown: the claims of the token, whose signature was checked.
    @param shown_hash: the token's hash.
    @param duration: see L{is_over}.
    @return: the turn of the next token; or that the token was used before, so that the session has to end.
    @raise Unauthorized: the session has ended or expired, or the user is disabled or gone.
    """
    row = _live(connection, shown.device)
    if row is None or row.number != shown.session or is_over(row.began_at, now, duration):
        raise Unauthorized
    # If the clock was set back since, the exchange counts as just now.
    since = max(0, now - row.rotated_at)
    user = users.find(connection, row.user_id)
    if user is None or user.disabled or user.generation != row.generation or since >= REFRESH_LIFETIME * 1000:
        raise Unauthorized
    again = shown_hash == row.previous_hash and since < REFRESH_GRACE
    good = shown_hash == row.refresh_hash if shown.turn is None else shown.turn == row.turn
    if not good and not again:
        return Reused(row.user_id, shown.device)
    values = {"client_ip": client_ip[:64], "used_at": now, "began_at": min(row.began_at, now)}
    if again:
        # The time of the first exchange stays: otherwise the grace would have no end.
        values |= {"rotated_at": min(row.rotated_at, now)}
    else:
        values |= {"turn": row.turn + 1, "refresh_hash": None, "previous_hash": shown_hash, "rotated_at": now}
    connection.execute(update(sessions).where(sessions.c.device_id == shown.device).values(values))
    return Rotated(user, row.turn if again else row.turn + 1, row.began_at)


def end(connection: Connection, device_id: int, session: int | None = None) -> int:
    """
    End a device's session.

    @param session: end only the session with this number.
    @return: the number from which on the device's sessions are valid.
    @raise Unauthorized: the session had ended before.
    """
    row = _live(connection, device_id)
    if row is None or session not in (None, row.number):
        raise Unauthorized
    values = {"number": row.number + 1, "live": False, "refresh_hash": None, "previous_hash": None}
    connection.execute(update(sessions).where(sessions.c.device_id == device_id).values(values))
    return int(row.number) + 1


def end_all(connection: Connection, user_id: int, keep: int = 0) -> dict[int, int]:
    """
    End the sessions of a user.

    @param keep: the number of the device whose session goes on; 0: none does.
    @return: the number from which on the sessions are valid, by device; without devices that had no session.
    """
    query = (
        select(sessions.c.device_id, sessions.c.number)
        .join(devices, devices.c.id == sessions.c.device_id)
        .where(devices.c.user_id == user_id, sessions.c.live, sessions.c.device_id != keep)
    )
    found = {row.device_id: row.number + 1 for row in connection.execute(query)}
    values = {"number": sessions.c.number + 1, "live": False, "refresh_hash": None, "previous_hash": None}
    connection.execute(update(sessions).where(sessions.c.device_id.in_(found)).values(values))
    return found


def of_user(connection: Connection, user_id: int, now: int, duration: int) -> list[Session]:
    """
    @param duration: see L{is_over}.
    @return: the user's sessions with a valid token.
    """
    query = (
        _SESSIONS.add_columns(sessions.c.rotated_at, devices.c.dialect)
        .join(users_table, users_table.c.id == devices.c.user_id)
        .where(devices.c.user_id == user_id, sessions.c.generation == users_table.c.generation)
    )

    def lasts(began_at: int, rotated_at: int, dialect: str) -> bool:
        since, lifetime = (rotated_at, REFRESH_LIFETIME) if dialect == "v2" else (began_at, V1_LIFETIME)
        return not is_over(since, now, lifetime) and not is_over(began_at, now, duration)

    rows = connection.execute(query).all()
    return [Session(*row[:-2]) for row in rows if lasts(row.began_at, row.rotated_at, row.dialect)]


def begun_by(connection: Connection, user_id: int, app_password: int) -> list[Session]:
    """@return: the user's live sessions that an app password began."""
    query = _SESSIONS.where(devices.c.user_id == user_id, sessions.c.app_password == app_password)
    return [Session(*row) for row in connection.execute(query)]


def of_v1_by_password(connection: Connection, user_id: int) -> list[Session]:
    """@return: the user's live sessions of v1 that began with the password."""
    of_v1 = devices.c.dialect.in_(("v1", "v1-old"))
    query = _SESSIONS.where(devices.c.user_id == user_id, of_v1, sessions.c.app_password == 0)
    return [Session(*row) for row in connection.execute(query)]


def has_begun(connection: Connection, user_id: int) -> bool:
    """@return: whether the user has logged in, or was given a token, since tokens were voided the last time."""
    query = (
        select(sessions.c.device_id)
        .join(devices, devices.c.id == sessions.c.device_id)
        .join(users_table, users_table.c.id == devices.c.user_id)
        .where(devices.c.user_id == user_id, sessions.c.generation == users_table.c.generation)
    )
    return connection.execute(query.limit(1)).first() is not None


def forget(connection: Connection, user_id: int) -> None:
    """The user is deleted: end the sessions, and remove the addresses of the devices."""
    own = select(devices.c.id).where(devices.c.user_id == user_id)
    blank = {"client_ip": "", "via": "", "live": False, "refresh_hash": None, "previous_hash": None}
    connection.execute(update(sessions).where(sessions.c.device_id.in_(own)).values(blank))


def _live(connection: Connection, device_id: int) -> Row[tuple[int, ...]] | None:
    query = (
        select(sessions, devices.c.user_id)
        .join(devices, devices.c.id == sessions.c.device_id)
        .where(sessions.c.device_id == device_id, sessions.c.live, devices.c.revoked_at.is_(None))
    )
    return connection.execute(query).first()
