"""
Whose accounts at a provider are whose here, and which sessions came from there. Queries of a connection, but for
L{Identities}.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, case, delete, exists, insert, or_, select, update

from hichat.accounts.roles import ROLE, ServerRole
from hichat.core.errors import IdentityTaken, LinkedAlready, NoSuchIdentity
from hichat.signin.openid.flow import FLOW_LIFETIME
from hichat.storage.tables import devices, identities, provider_sessions, sessions, spent_states, users

CHECK_STEP = 5 * 60
"""Seconds from one time to the next that the provider is asked whether a session may go on."""

LABEL_LIMIT = 255
"""The most characters of what an account at the provider is called."""

ENDED_AT_ONCE = 100
"""The most sessions that one logout token ends."""


class Identity(NamedTuple):
    """
    An account at a provider that is linked to a user here.

    @ivar label: what the provider called it when it was used last.
    @ivar used_at: when it was used last to log in; this and C{made_at} are milliseconds since the epoch.
    """

    id: int
    user: int
    issuer: str
    subject: str
    label: str
    made_at: int
    used_at: int


class ProviderSession(NamedTuple):
    """
    A session that came by a provider.

    @ivar device: the device's number.
    @ivar number: the number of the device's session.
    @ivar refresh: the provider's refresh token, sealed; None: it gave none.
    @ivar began_at: when it began; all times are milliseconds since the epoch.
    @ivar checked_at: when the provider was asked last.
    @ivar away_since: since when the provider does not answer, as far as it was asked; None: it has answered.
    """

    device: int
    number: int
    user: int
    issuer: str
    subject: str
    sid: str
    refresh: bytes | None
    began_at: int
    checked_at: int
    away_since: int | None


class Dependant(NamedTuple):
    """
    A user who depends on the provider; see L{hichat.signin.openid.dependants}.

    @ivar identity: the number of the link.
    @ivar confirmed_at: when the provider let the user in, or said that a session may go on, the last time. This and the
        other time are milliseconds since the epoch.
    @ivar refused_at: since when the provider does not let the user in; None: it does.
    """

    identity: int
    user: int
    confirmed_at: int
    refused_at: int | None


class Identities:
    """A L{hichat.core.ports.Leaves}."""

    async def leave_all(self, user_id: int) -> None:
        """Nobody is to be told."""

    def forget(self, connection: Connection, user_id: int, position: int) -> None:
        """Remove the user's links, and what is kept of the sessions."""
        for table in (provider_sessions, identities):
            connection.execute(delete(table).where(table.c.user_id == user_id))


_IDENTITIES = select(
    identities.c.id,
    identities.c.user_id,
    identities.c.issuer,
    identities.c.subject,
    identities.c.label,
    identities.c.made_at,
    identities.c.used_at,
)


def find(connection: Connection, issuer: str, subject: str) -> Identity | None:
    """@return: the link of an account at a provider; None: it has none."""
    query = _IDENTITIES.where(identities.c.issuer == issuer, identities.c.subject == subject)
    row = connection.execute(query).first()
    return Identity(*row) if row else None


def of_user(connection: Connection, user_id: int) -> list[Identity]:
    """@return: the accounts that are linked to a user, in order."""
    query = _IDENTITIES.where(identities.c.user_id == user_id).order_by(identities.c.id)
    return [Identity(*row) for row in connection.execute(query)]


def link(connection: Connection, user_id: int, issuer: str, subject: str, label: str, now: int) -> None:
    """
    Link an account at a provider to a user.

    @raise IdentityTaken: it is linked to another user.
    @raise LinkedAlready: the user has one at this provider.
    """
    found = find(connection, issuer, subject)
    if found is not None and found.user != user_id:
        raise IdentityTaken
    if any(each.issuer == issuer for each in of_user(connection, user_id)):
        raise LinkedAlready
    values = {"issuer": issuer, "subject": subject, "label": label[:LABEL_LIMIT]}
    times = dict.fromkeys(("made_at", "used_at", "confirmed_at", "looked_at"), now)
    connection.execute(insert(identities).values(user_id=user_id, **values, **times))


def unlink(connection: Connection, user_id: int, identity: int) -> Identity:
    """
    Unlink an account at a provider from a user.

    @raise NoSuchIdentity: it is none of the user's.
    """
    found = next((each for each in of_user(connection, user_id) if each.id == identity), None)
    if found is None:
        raise NoSuchIdentity
    connection.execute(delete(identities).where(identities.c.id == identity))
    return found


def note_use(connection: Connection, identity: int, label: str, now: int) -> None:
    """Note that somebody came by a linked account."""
    values = {"label": label[:LABEL_LIMIT], "used_at": now, "confirmed_at": now, "looked_at": now, "refused_at": None}
    connection.execute(update(identities).where(identities.c.id == identity).values(values))


def spend(connection: Connection, state: bytes, until: int, now: int) -> bool:
    """
    Use the state of a log-in up.

    @param state: its hash.
    @param until: when it is too old anyway.
    @return: whether it was there to be used.
    """
    # The clock may be set back after its end: it is known for longer.
    connection.execute(delete(spent_states).where(spent_states.c.until < now - FLOW_LIFETIME * 1000))
    if connection.scalar(select(exists().where(spent_states.c.state == state))):
        return False
    connection.execute(insert(spent_states).values(state=state, until=until))
    return True


def remember(connection: Connection, session: ProviderSession) -> None:
    """
    Keep what is needed to ask the provider about a session. What is kept of the user's ended sessions goes. If the
    session has ended meanwhile, because its device has logged in once more, nothing is kept of it.
    """
    live = exists().where(
        sessions.c.device_id == provider_sessions.c.device_id,
        sessions.c.number == provider_sessions.c.number,
        sessions.c.live,
    )
    over = and_(provider_sessions.c.user_id == session.user, ~live)
    mine = sessions.c.device_id == session.device, sessions.c.number == session.number, sessions.c.live
    if not connection.scalar(select(exists().where(*mine))):
        connection.execute(delete(provider_sessions).where(over))
        return
    connection.execute(delete(provider_sessions).where(or_(over, provider_sessions.c.device_id == session.device)))
    values = dict(zip(_NAMES, session, strict=True))
    connection.execute(insert(provider_sessions).values(values))


_NAMES = (
    "device_id",
    "number",
    "user_id",
    "issuer",
    "subject",
    "sid",
    "refresh",
    "began_at",
    "checked_at",
    "away_since",
)
_SESSIONS = select(*(provider_sessions.c[name] for name in _NAMES))


def session_of(connection: Connection, device: int, number: int) -> ProviderSession | None:
    """@return: what is kept of a session; None: it did not come by a provider."""
    row = connection.execute(_SESSIONS.where(_is(device, number))).first()
    return ProviderSession(*row) if row else None


def claim(connection: Connection, device: int, number: int, now: int) -> bool:
    """@return: whether the caller is to ask the provider about a session: it is time, and nobody else does."""
    step, checked = CHECK_STEP * 1000, provider_sessions.c.checked_at
    due = or_(checked <= now - step, checked >= now + step)
    done = connection.execute(update(provider_sessions).where(_is(device, number), due).values(checked_at=now))
    return done.rowcount == 1


def keep_refresh(connection: Connection, device: int, number: int, refresh: bytes | None) -> None:
    """The provider has given the next refresh token of a session. @param refresh: it, sealed."""
    connection.execute(update(provider_sessions).where(_is(device, number)).values(refresh=refresh))


def confirmed(connection: Connection, session: ProviderSession, now: int) -> None:
    """The provider says that a session may go on."""
    connection.execute(update(provider_sessions).where(_is(session.device, session.number)).values(away_since=None))
    mine = identities.c.user_id == session.user, identities.c.issuer == session.issuer
    values = {"confirmed_at": now, "looked_at": now, "refused_at": None}
    connection.execute(update(identities).where(*mine).values(values))


def unanswered(connection: Connection, device: int, number: int, now: int) -> None:
    """The provider did not answer."""
    first = provider_sessions.c.away_since.is_(None)
    connection.execute(update(provider_sessions).where(_is(device, number), first).values(away_since=now))


def named_by(connection: Connection, issuer: str, subject: str, sid: str, before: int) -> Sequence[ProviderSession]:
    """
    @param subject: may be empty, as may C{sid}, but not both.
    @param before: milliseconds since the epoch.
    @return: the sessions that began before, of a user or of one session at the provider.
    """
    of = provider_sessions.c
    named = [of.issuer == issuer, of.began_at <= before]
    named += [of.subject == subject] if subject else []
    named += [of.sid == sid] if sid else []
    return [ProviderSession(*row) for row in connection.execute(_SESSIONS.where(*named).limit(ENDED_AT_ONCE))]


def of_linked(connection: Connection, user_id: int, issuer: str) -> Sequence[ProviderSession]:
    """@return: the sessions of a user that came by a provider."""
    query = _SESSIONS.where(provider_sessions.c.user_id == user_id, provider_sessions.c.issuer == issuer)
    return [ProviderSession(*row) for row in connection.execute(query)]


def dependant(connection: Connection, user_id: int, issuer: str, passwords_on: bool) -> Dependant | None:
    """
    @param passwords_on: whether passwords let in others than owners.
    @return: a user as one who depends on the provider; None: the user does not.
    """
    query = _DEPENDANTS.where(*_depends(issuer, passwords_on), identities.c.user_id == user_id)
    row = connection.execute(query).first()
    return Dependant(*row) if row else None


def not_looked_at(
    connection: Connection, issuer: str, before: int, limit: int, passwords_on: bool
) -> Sequence[Dependant]:
    """@return: dependants with live sessions that came another way, and whom nobody has looked at since a time."""
    from_there = exists().where(
        provider_sessions.c.device_id == sessions.c.device_id, provider_sessions.c.number == sessions.c.number
    )
    of_user = devices.c.user_id == identities.c.user_id, devices.c.id == sessions.c.device_id
    others = exists().where(*of_user, sessions.c.live, ~from_there)
    due = identities.c.looked_at < before, identities.c.refused_at.is_(None), others
    query = _DEPENDANTS.where(*_depends(issuer, passwords_on), *due).order_by(identities.c.looked_at).limit(limit)
    return [Dependant(*row) for row in connection.execute(query)]


_DEPENDANTS = select(
    identities.c.id,
    identities.c.user_id,
    # A daemon of the version before notes a log-in in the other one alone.
    case((identities.c.used_at > identities.c.confirmed_at, identities.c.used_at), else_=identities.c.confirmed_at),
    identities.c.refused_at,
).join(users, users.c.id == identities.c.user_id)


def _depends(issuer: str, passwords_on: bool) -> list[ColumnElement[bool]]:
    """
    @return: the conditions that a user depends on a provider: on this one, or on one of before, which nobody can ask
        any more.
    """
    others = identities.alias()
    is_linked = exists().where(others.c.user_id == identities.c.user_id, others.c.issuer == issuer)
    no_way: ColumnElement[bool] = users.c.password_hash == ""
    if not passwords_on:
        no_way = or_(no_way, ROLE.not_in([int(ServerRole.OWNER)]))
    return [or_(identities.c.issuer == issuer, ~is_linked), users.c.deleted_at.is_(None), no_way]


def looked_at(connection: Connection, identity: int, now: int) -> None:
    """Note that somebody asks about a dependant."""
    connection.execute(update(identities).where(identities.c.id == identity).values(looked_at=now))


def refuse(connection: Connection, identity: int, now: int) -> bool:
    """
    The provider does not let a dependant in any more.

    @return: whether that is new.
    """
    mine = identities.c.id == identity, identities.c.refused_at.is_(None)
    return connection.execute(update(identities).where(*mine).values(refused_at=now)).rowcount == 1


def witnesses(connection: Connection, user_id: int, issuer: str, limit: int) -> Sequence[ProviderSession]:
    """
    @return: sessions of a user that came by a provider and by which it can be asked, the newest first. They may have
        ended here: their refresh tokens are as good.
    """
    of = provider_sessions.c
    query = _SESSIONS.where(of.user_id == user_id, of.issuer == issuer, of.refresh.is_not(None))
    return [ProviderSession(*row) for row in connection.execute(query.order_by(of.began_at.desc()).limit(limit))]


def forget_session(connection: Connection, device: int, number: int) -> None:
    """A session has ended."""
    connection.execute(delete(provider_sessions).where(_is(device, number)))


def _is(device: int, number: int) -> ColumnElement[bool]:
    return and_(provider_sessions.c.device_id == device, provider_sessions.c.number == number)
