"""
Passkeys: making, showing and removing them. The store has only public keys.

A passkey is a second factor after the password (L{PasskeyFactor}), or lets its user in by itself (L{Passkeys.come}):
it is something that the user has, and its authenticator has verified the user.

A challenge is good once. Its hash is kept until it has expired, from the transaction on in which an answer to it was
taken. Authenticators that count their signatures tell of a copy: if the count is not above the last one, the answer is
refused, and the audit log has it. Many authenticators always say 0; those are synchronised between devices, and nobody
can tell a copy.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import ClassVar, NamedTuple, Protocol

from sqlalchemy import Connection, bindparam, delete, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from webauthn.helpers import bytes_to_base64url

from hichat.accounts import users
from hichat.accounts.fields import name_of
from hichat.accounts.users import User
from hichat.audit.book import Note, no_notes
from hichat.audit.entries import LOG_IN, Entry
from hichat.core.errors import (
    ChallengeOver,
    Disabled,
    NoPasskeysHere,
    NoSuchPasskey,
    PasskeyCopied,
    PasskeyTaken,
    Refused,
    TooManyAttempts,
    TooManyPasskeys,
    WrongPasskey,
)
from hichat.runtime.limits import Attempts, Limits, address_keys
from hichat.signin.ceremonies import (
    CHALLENGE_LIFETIME,
    Challenge,
    Challenges,
    CreationOptions,
    NewCredential,
    PasskeyOwner,
    PasskeyReference,
    Purpose,
    RequestOptions,
    UsedCredential,
    VerifiedCredential,
    creation_options,
    credential_of,
    handle_of,
    request_options,
    sign_count_of,
    value_of,
    verify_new,
    verify_used,
)
from hichat.signin.factors import FactorName
from hichat.signin.parties import RelyingParty
from hichat.storage.store import Store
from hichat.storage.tables import passkey_handles, passkeys, used_challenges

PASSKEYS_LIMIT = 20
"""The most passkeys of a user."""

HANDLE_SIZE = 32
"""Bytes of the random name by which authenticators know a user."""


class KeptPasskey(NamedTuple):
    """
    A passkey.

    @ivar name: the user's own name for it.
    @ivar made_at: when it was made; this and C{used_at} are milliseconds since the epoch.
    @ivar used_at: when it was used last; 0: never.
    """

    id: int
    name: str
    made_at: int
    used_at: int


class PasskeyShown(NamedTuple):
    """
    An answer: a passkey was shown.

    @ivar bound: what its challenge is bound to, see L{Challenges.issue}.
    @ivar state: what came with the options.
    @ivar credential: what the browser gives.
    """

    bound: str
    state: str
    credential: UsedCredential


class PasskeyFactor:
    """
    The kind of factor.

    @param key: the key of the tokens.
    @param party: this server, as passkeys know it; None: it has no name that they can be bound to.
    @ivar challenges: what gives the challenges.
    """

    name: ClassVar[FactorName] = "passkey"
    asks: ClassVar[bool] = True
    answer: ClassVar[type[PasskeyShown]] = PasskeyShown

    def __init__(self, key: bytes, party: RelyingParty | None = None) -> None:
        self.challenges = Challenges(key)
        self._party = party

    @property
    def is_possible(self) -> bool:
        """Whether there is such a name."""
        return self._party is not None

    @property
    def party(self) -> RelyingParty:
        """@raise NoPasskeysHere: there is none."""
        if self._party is None:
            raise NoPasskeysHere
        return self._party

    def of_user(self, connection: Connection, user_id: int) -> bool:
        """See L{Factor.of_user <hichat.signin.factors.Factor.of_user>}."""
        return connection.scalar(select(passkeys.c.id).where(passkeys.c.user_id == user_id).limit(1)) is not None

    def is_right(self, connection: Connection, user_id: int, answer: PasskeyShown, now: int) -> bool:
        """See L{Factor.is_right <hichat.signin.factors.Factor.is_right>}."""
        try:
            return self.check(connection, Purpose.FACTOR, answer, now) == user_id
        except Refused:
            return False

    def spend(self, connection: Connection, user_id: int, answer: PasskeyShown, now: int) -> bool:
        """
        See L{Factor.spend <hichat.signin.factors.Factor.spend>}.

        @raise PasskeyCopied: see L{use}.
        """
        try:
            self.use(connection, Purpose.FACTOR, user_id, answer, now)
        except (ChallengeOver, WrongPasskey):
            return False
        return True

    def forget(self, connection: Connection, user_id: int) -> None:
        """See L{Factor.forget <hichat.signin.factors.Factor.forget>}."""
        connection.execute(delete(passkeys).where(passkeys.c.user_id == user_id))
        connection.execute(delete(passkey_handles).where(passkey_handles.c.user_id == user_id))

    def check(self, connection: Connection, purpose: Purpose, answer: PasskeyShown, now: int) -> int:
        """
        @return: the id of the user whose passkey was shown.
        @raise ChallengeOver: the challenge was not for that, or has expired.
        @raise WrongPasskey: the passkey is not known, or the answer is not right.
        @raise NoPasskeysHere: this server has none.
        """
        challenge = self.challenges.check(answer.state, purpose, answer.bound, now)
        row = connection.execute(_FIND, {"credential": credential_of(answer.credential)}).first()
        if row is None:
            raise WrongPasskey
        verify_used(answer.credential, challenge.value, self.party, row.public_key)
        handle = handle_of(answer.credential)
        # Only a passkey alone has to say whose it is.
        if handle != row.handle and (handle is not None or purpose is Purpose.COME):
            raise WrongPasskey
        return int(row.user_id)

    def use(self, connection: Connection, purpose: Purpose, user_id: int, answer: PasskeyShown, now: int) -> None:
        """
        Use an answer that was checked: note the passkey's use, and that the challenge was used.

        @raise ChallengeOver: the challenge was used before, or has expired meanwhile.
        @raise WrongPasskey: the passkey was removed meanwhile.
        @raise PasskeyCopied: it has signed as often as before, or less often.
        """
        use_up(connection, self.challenges.check(answer.state, purpose, answer.bound, now), now)
        count = sign_count_of(answer.credential)
        mine = passkeys.c.credential_id == credential_of(answer.credential), passkeys.c.user_id == user_id
        grows = passkeys.c.sign_count < count
        may = grows if count else passkeys.c.sign_count == 0
        if connection.execute(update(passkeys).where(*mine, may).values(sign_count=count, used_at=now)).rowcount == 0:
            raise WrongPasskey if connection.scalar(select(passkeys.c.id).where(*mine)) is None else PasskeyCopied


_FIND = (
    select(passkeys.c.user_id, passkeys.c.public_key, passkey_handles.c.handle)
    .join(passkey_handles, passkey_handles.c.user_id == passkeys.c.user_id)
    .where(passkeys.c.credential_id == bindparam("credential"))
)


class FactorChanges(Protocol):
    """What follows when a user has one more factor, or one less: see L{hichat.signin.own.OwnFactors}."""

    def after_making(self, connection: Connection, user_id: int) -> list[str]: ...

    def after_removal(self, connection: Connection, user: User, removed: FactorName) -> None: ...

    async def end_unasked(self, user_id: int) -> None: ...


class Passkeys:
    """
    The passkeys of users.

    @param now: the time in milliseconds since the epoch.
    @param limits: the limits of strangers' tries.
    @param own: what follows when a user has one more factor, or one less.
    @param note: notes in the audit log each passkey that is refused at the door.
    """

    def __init__(
        self,
        store: Store,
        factor: PasskeyFactor,
        now: Callable[[], int],
        limits: Limits,
        own: FactorChanges,
        note: Note = no_notes,
    ) -> None:
        self._own = own
        self._store = store
        self._factor = factor
        self._challenges = factor.challenges
        self._now = now
        self._limits = limits
        self._note = note

    @property
    def possible(self) -> bool:
        """Whether this server has a name that they can be bound to."""
        return self._factor.is_possible

    # One's own

    async def listed(self, user_id: int) -> list[KeptPasskey]:
        """@return: a user's passkeys, the oldest first."""
        return await self._store.read(of_user, user_id)

    async def begin_making(self, user: User, device: int) -> tuple[str, CreationOptions]:
        """
        @param device: the number of the device that makes it.
        @return: the state, and what the browser is told.
        @raise TooManyPasskeys: the user has as many as one may have.
        @raise NoPasskeysHere: this server has none.
        """
        party = self._factor.party
        handle, known = await self._store.write(_begin, user.id)
        state = self._challenges.issue(Purpose.MAKE, _maker(user, device), self._now())
        owner = PasskeyOwner(bytes_to_base64url(handle), user.name, user.display_name)
        return state, creation_options(party, value_of(state), owner, known)

    async def finish_making(
        self, user: User, device: int, state: str, credential: NewCredential, name: str
    ) -> tuple[KeptPasskey, list[str]]:
        """
        Keep a new passkey. Log-ins over v1, for which nobody was asked for a factor, end.

        @param name: the user's own name for it.
        @return: it, and recovery codes, which are shown once, if the user had none.
        @raise InvalidField: the name is not allowed.
        @raise ChallengeOver: it took too long, or was done before, or was begun by somebody else.
        @raise WrongPasskey: the answer is not right.
        @raise PasskeyTaken: the passkey is registered already.
        @raise TooManyPasskeys: the user has as many as one may have.
        @raise Unauthorized: the user's tokens were voided meanwhile.
        """
        name = name_of(name)
        challenge = self._challenges.check(state, Purpose.MAKE, _maker(user, device), self._now())
        # In a thread, as its certificates may take some milliseconds.
        verified = await self._store.read(lambda _: verify_new(credential, challenge.value, self._factor.party))
        made = await self._store.write(self._add, user, name, verified, challenge)
        await self._own.end_unasked(user.id)
        return made

    async def rename(self, user_id: int, number: int, name: str) -> KeptPasskey:
        """
        @raise InvalidField: the name is not allowed.
        @raise NoSuchPasskey: the user has no such passkey.
        """
        return await self._store.write(_rename, user_id, number, name_of(name))

    async def remove(self, user: User, number: int) -> None:
        """
        @raise NoSuchPasskey: the user has no such passkey.
        @raise FactorRequired: the user's role needs a factor, and the user has no other.
        @raise Unauthorized: the user's tokens were voided since.
        """

        def change(connection: Connection) -> None:
            current = users.current(connection, user)
            mine = passkeys.c.user_id == user.id, passkeys.c.id == number
            if connection.execute(delete(passkeys).where(*mine)).rowcount == 0:
                raise NoSuchPasskey
            self._own.after_removal(connection, current, "passkey")

        await self._store.write(change)

    def _add(
        self, connection: Connection, user: User, name: str, verified: VerifiedCredential, challenge: Challenge
    ) -> tuple[KeptPasskey, list[str]]:
        now = self._now()
        use_up(connection, challenge, now)
        users.current(connection, user)
        _check_room(connection, user.id)
        values = {
            "user_id": user.id,
            "credential_id": verified.id,
            "public_key": verified.public_key,
            "sign_count": verified.sign_count,
            "transports": " ".join(verified.transports),
            "name": name,
            "made_at": now,
        }
        try:
            number = connection.scalars(insert(passkeys).values(values).returning(passkeys.c.id)).one()
        except IntegrityError as e:
            raise PasskeyTaken from e
        return KeptPasskey(number, name, now, 0), self._own.after_making(connection, user.id)

    # Coming in

    def begin_coming(self, browser: str) -> tuple[str, RequestOptions]:
        """
        Ask for a passkey alone.

        @param browser: who has asked, see L{PasskeyShown.bound}.
        @return: the state, and what the browser is told.
        @raise NoPasskeysHere: this server has none.
        """
        state = self._challenges.issue(Purpose.COME, browser, self._now())
        return state, request_options(self._factor.party, value_of(state), [])

    async def begin_showing(self, user_id: int, bound: str) -> tuple[str, RequestOptions]:
        """
        Ask for a passkey of a user.

        @param bound: for what it is shown, such as a ticket.
        @return: the state, and what the browser is told.
        @raise NoPasskeysHere: this server has none.
        """
        party = self._factor.party
        known = await self._store.read(_references, user_id)
        state = self._challenges.issue(Purpose.FACTOR, bound, self._now())
        return state, request_options(party, value_of(state), known)

    async def come(self, answer: PasskeyShown, client_ip: str) -> User:
        """
        Somebody comes with a passkey alone. It is used up.

        @return: whose it is.
        @raise ChallengeOver: it took too long, or was done before, or was asked of another browser.
        @raise WrongPasskey: the passkey is not known, or the answer is not right.
        @raise PasskeyCopied: see L{PasskeyFactor.use}.
        @raise Disabled: the passkey is right, but the account is disabled.
        @raise TooManyAttempts: there were too many from this address.
        """
        counted, whose = Attempts(), 0
        try:
            counted.attempt(self._limits.address, address_keys(client_ip))
            whose = await self._store.read(self._factor.check, Purpose.COME, answer, self._now())
            counted.forgive()
            return await self._store.write(self._come, whose, answer)
        except (ChallengeOver, WrongPasskey, PasskeyCopied, Disabled, TooManyAttempts) as e:
            entry = Entry(act=LOG_IN, outcome=e.code, whose=whose, address=client_ip, via="passkey")
            self._note(entry)
            if not isinstance(e, WrongPasskey):
                counted.forgive()
            raise
        except BaseException:
            counted.forgive()
            raise

    def _come(self, connection: Connection, user_id: int, answer: PasskeyShown) -> User:
        self._factor.use(connection, Purpose.COME, user_id, answer, self._now())
        user = users.find(connection, user_id)
        if user is None:
            raise WrongPasskey
        if user.disabled:
            raise Disabled
        return user


def use_up(connection: Connection, challenge: Challenge, now: int) -> None:
    """
    Use a challenge, in the transaction of what it allows.

    @raise ChallengeOver: it was used before.
    """
    # The clock may be set back after its end: it is known for longer.
    connection.execute(delete(used_challenges).where(used_challenges.c.expires_at < now - CHALLENGE_LIFETIME))
    if connection.execute(_USE, {"hash": challenge.value, "expires_at": challenge.expires}).rowcount != 1:
        raise ChallengeOver


_USE = text("INSERT INTO used_challenges (hash, expires_at) VALUES (:hash, :expires_at) ON CONFLICT DO NOTHING")


def _maker(user: User, device: int) -> str:
    return f"{user.id} {user.created_at} {user.generation} {device}"


def _begin(connection: Connection, user_id: int) -> tuple[bytes, list[PasskeyReference]]:
    _check_room(connection, user_id)
    connection.execute(_ADD_HANDLE, {"user_id": user_id, "handle": secrets.token_bytes(HANDLE_SIZE)})
    mine = select(passkey_handles.c.handle).where(passkey_handles.c.user_id == user_id)
    return connection.scalars(mine).one(), _references(connection, user_id)


_ADD_HANDLE = text("INSERT INTO passkey_handles (user_id, handle) VALUES (:user_id, :handle) ON CONFLICT DO NOTHING")


def _check_room(connection: Connection, user_id: int) -> None:
    count = select(func.count()).select_from(passkeys).where(passkeys.c.user_id == user_id)
    if (connection.scalar(count) or 0) >= PASSKEYS_LIMIT:
        raise TooManyPasskeys


_LISTED = select(*(passkeys.c[name] for name in KeptPasskey._fields))


def of_user(connection: Connection, user_id: int) -> list[KeptPasskey]:
    """@return: a user's passkeys, the oldest first."""
    mine = _LISTED.where(passkeys.c.user_id == user_id).order_by(passkeys.c.id)
    return [KeptPasskey(*row) for row in connection.execute(mine)]


def _references(connection: Connection, user_id: int) -> list[PasskeyReference]:
    columns = passkeys.c.credential_id, passkeys.c.transports
    mine = select(*columns).where(passkeys.c.user_id == user_id).order_by(passkeys.c.id)
    return [PasskeyReference(bytes_to_base64url(id), ways.split()) for id, ways in connection.execute(mine)]


def _rename(connection: Connection, user_id: int, number: int, name: str) -> KeptPasskey:
    mine = passkeys.c.user_id == user_id, passkeys.c.id == number
    connection.execute(update(passkeys).where(*mine).values(name=name))
    row = connection.execute(_LISTED.where(*mine)).first()
    if row is None:
        raise NoSuchPasskey
    return KeptPasskey(*row)
