"""Accounts: registering, logging in, authenticating, changing and leaving."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from msgspec import UNSET
from sqlalchemy import Connection
from twisted.logger import Logger

from hichat.accounts import (
    absences,
    app_secrets,
    bot_owners,
    bot_tokens,
    conversation_settings,
    devices,
    erasures,
    invites,
    known,
    resets,
    saved_messages,
    server_rights,
    sessions,
    users,
)
from hichat.accounts.app_secrets import BY_APP_PASSWORD
from hichat.accounts.bot_passes import BOT_TOKEN
from hichat.accounts.bot_tokens import TokenOfBot
from hichat.accounts.choices import REGISTRATION_CHOICE, read_choice
from hichat.accounts.devices import USED_STEP, Device
from hichat.accounts.fields import (
    description_of,
    email_of,
    gender_of,
    id_of,
    phone_of,
    picture_of,
)
from hichat.accounts.guard import Guard
from hichat.accounts.names import check_free, check_reserved, given_name, user_name
from hichat.accounts.passwords import prepare
from hichat.accounts.resting import Resting
from hichat.accounts.roles import ServerRole, ends_sessions
from hichat.accounts.server_rights import RightsCheck, checked, no_check
from hichat.accounts.sessions import DURATION, Reused, Session
from hichat.accounts.telling import MailKind, TellByMail, nobody_told
from hichat.accounts.tokens import ACCESS_LIFETIME, REFRESH_LIFETIME, V1_LIFETIME, Claims, CodeClaims, Dialect, digest
from hichat.accounts.users import User
from hichat.audit.book import Note, no_notes, recorded
from hichat.audit.entries import (
    LOG_IN,
    NEW_DEVICE,
    OK,
    REFRESH_REUSED,
    REGISTER,
    SET_PASSWORD,
    UNKNOWN_OUTCOME,
    Entry,
)
from hichat.core.drafts import Draft, DraftFields
from hichat.core.errors import (
    BadCode,
    BadInvite,
    BadTicket,
    Busy,
    DeviceRevoked,
    Disabled,
    EnrolmentNeeded,
    InvalidField,
    LogInNeeded,
    NoSuchDevice,
    NotStored,
    OtherDevice,
    PasswordsDiffer,
    Refused,
    RegistrationClosed,
    SecondFactorNeeded,
    StoreAway,
    TokenOfV1,
    TooManyAttempts,
    TooManyDevices,
    Unauthorized,
    WrongCode,
    WrongPassword,
)
from hichat.core.events import Scope
from hichat.core.kinds import Kind, PersonBody
from hichat.core.text import key_of
from hichat.runtime.limits import Attempts, Limits, Rate, address_key, address_keys
from hichat.storage.gathered import Gathered
from hichat.storage.tables import users as users_table

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred

    from hichat.accounts.passwords import Passwords
    from hichat.accounts.tokens import TokenSigner
    from hichat.core.drafts import Appender
    from hichat.core.ports import Leaves
    from hichat.storage.store import Store

_READERS: Mapping[str, tuple[str, Callable[[str], str]]] = {
    "name": ("name", given_name),
    "icon": ("avatar", picture_of),
    "gender": ("gender", gender_of),
    "email": ("email", email_of),
    "phone": ("phone", phone_of),
}


_PROFILE: Mapping[str, Callable[[str], str]] = {
    "name": given_name,
    "display_name": partial(given_name, field="displayName"),
    "avatar": partial(picture_of, field="avatar"),
    "gender": gender_of,
    "email": email_of,
    "phone": phone_of,
    "bio": partial(description_of, field="bio"),
}

_UNLIMITED = Rate(0, 1)

_OUTCOMES: Mapping[type[Refused], str] = {
    WrongPassword: "wrong_password",
    TooManyAttempts: "limited",
    Disabled: "disabled",
    DeviceRevoked: "device_revoked",
    SecondFactorNeeded: "second_step",
    EnrolmentNeeded: "second_step",
    WrongCode: "wrong_code",
    BadTicket: "invalid",
    Busy: "unavailable",
    NotStored: "unavailable",
    StoreAway: "unavailable",
    Unauthorized: "invalid",
}
"""What a refusal of a log-in counts as; see L{hichat.runtime.metrics.LOGIN_OUTCOMES}."""

RECENT_LOGIN = 5 * 60
"""Seconds after a log-in over v1 in which its token changes the password, or ends the account, without the old one."""

CODE_LIFETIME = 3 * 24 * 3600
"""Seconds for which a code is good with which a user sets a password."""


FurtherStep = Callable[[Connection, User], object]
"""Asks whether a user who has shown the password may come in; raises L{Refused} if more is needed."""


def no_further_step(connection: Connection, user: User) -> None:
    """The password is enough."""


class _Reuse(Exception):
    """Why a refresh was refused: the token was used before."""


class Grant(NamedTuple):
    """
    The result of a device's log-in or refresh.

    @ivar device: the device's number.
    @ivar session: the number of its session.
    @ivar access: the access token, valid for C{access_lifetime} seconds.
    @ivar refresh: the refresh token, which gives one further grant within C{refresh_lifetime} seconds.
    @ivar secret: the device secret for the next log-in, see L{hichat.accounts.known}; empty after a refresh. So is
        C{name}: the client's own name for the device.
    """

    user: User
    device: int
    session: int
    access: str
    refresh: str
    access_lifetime: int = ACCESS_LIFETIME
    refresh_lifetime: int = REFRESH_LIFETIME
    secret: str = ""
    name: str = ""


GrantCheck = Callable[[Connection, Grant], object]
"""Called in the transaction of a log-in when all else is done, with what it gives; raises L{Refused} to undo it."""


def no_grant_check(connection: Connection, grant: Grant) -> None:
    """The log-in depends on nothing more."""


class PasswordCode(NamedTuple):
    """
    A code with which a user sets a password, once.

    @ivar expires: milliseconds since the epoch.
    """

    code: str
    expires: int


class Accounts:
    """
    The accounts of users. A change that voids a user's tokens appends an event in the same transaction: every worker
    then closes the user's connections, or those of a device.

    A C{check} of a method checks that whoever wants the change may still make it.

    @param now: the time in milliseconds since the epoch.
    @param limits: the limits of strangers' tries; None: there are none.
    @param registration: the policy of registration. C{open}: everybody may make an account; C{invite}: only with an
        invite code; C{local}: without a code only from this machine; C{closed}: nobody may.
    @param names_key: a secret, for names that were given up; None: they rest for as long as this object lives.
    @param duration: the duration of sessions, in seconds.
    @param leaves: the other rooms with rows about users, which are told when an account is deleted.
    @param changed: called with a user's id when the user's names or picture have changed.
    @param logged_in: called with the way and the outcome of each log-in; see L{Metrics.logged_in
        <hichat.runtime.metrics.Metrics.logged_in>}.
    @param note: notes in the audit log who registers and logs in, and what is refused.
    @param passwords_on: whether passwords let in others than owners, and accounts are made with one.
    @ivar before_refresh: each is called with a device's number and that of its session before that is refreshed: it may
        raise L{Unauthorized}, if whoever let the user in does so no more.
    @ivar before_log_in: called with a user and the way in before the user is let in: it may raise L{Refused}.
    @ivar mail: tells users by mail about their accounts.
    """

    _log = Logger()

    def __init__(
        self,
        store: Store,
        ledger: Appender,
        passwords: Passwords,
        tokens: TokenSigner,
        now: Callable[[], int],
        limits: Limits | None = None,
        registration: str = "open",
        names_key: bytes | None = None,
        duration: int = DURATION,
        leaves: Sequence[Leaves] = (),
        changed: Callable[[int, PersonBody], object] = lambda user, person: None,
        logged_in: Callable[[str, str], object] = lambda way, outcome: None,
        note: Note = no_notes,
        passwords_on: bool = True,
        mail: TellByMail = nobody_told,
    ) -> None:
        self.mail = mail
        self.before_refresh: list[Callable[[int, int], Awaitable[None]]] = []
        self.before_log_in: Callable[[User, str], Awaitable[None]] | None = None
        self._changed = changed
        self._logged_in = logged_in
        self._note = note
        self._store = store
        self._leaves = leaves
        self._ledger = ledger
        self._passwords = passwords
        self._tokens = tokens
        self._now = now
        self._limits = limits or Limits(_UNLIMITED, _UNLIMITED, _UNLIMITED, now)
        self._guard = Guard(store, passwords, tokens, now, self._limits, note)
        self._registration = registration
        self._guard.only_owners = not passwords_on
        self._resting = Resting(names_key or secrets.token_bytes(32))
        self._duration = duration
        self._find = Gathered(lambda keys: store.read(sessions.callers, keys, now(), duration))
        self._use = Gathered(lambda device_ids: store.write(sessions.use, device_ids, now()))
        self._find_bot = Gathered(lambda hashes: store.read(bot_tokens.recognised, hashes, now()))
        self._use_bot = Gathered(lambda device_ids: store.write(bot_tokens.use, device_ids, now()))
        self._find_device = Gathered(lambda keys: store.read(devices.find_many, keys))
        self._add_device = Gathered(lambda keys: store.write(devices.find_or_add_many, keys, now()))

    @property
    def password_length(self) -> int:
        """The least number of characters of a new password."""
        return self._passwords.least

    # Registering and logging in

    async def register(
        self,
        name: str,
        password: str,
        repeated: str,
        invite: str = "",
        client_ip: str = "",
        forwarded: bool = False,
        *,
        by_operator: bool = False,
    ) -> User:
        """
        Make an account.

        @param invite: an invite code, if one is needed.
        @param forwarded: whether a proxy has passed the request on, so that it may be from another machine.
        @param by_operator: whether reserved names are allowed.
        @return: the user.
        @raise InvalidField: the name or the password is not allowed.
        @raise PasswordsDiffer: C{repeated} is another password.
        @raise RegistrationClosed: nobody may make an account.
        @raise BadInvite: the code is not valid.
        @raise NameTaken: the name, in any case, is another user's, or looks like it, or was given up a short time ago.
        @raise NameReserved: the name looks like one that speaks for the server, such as "admin".
        @raise TooManyAttempts: there were too many from this address.
        @raise Busy: too many passwords wait to be hashed.
        """
        # Counted before any work. A mistake in a field is forgiven; asking for names and guessing codes is not.
        counted = Attempts()
        with recorded(self._note_refusal, Entry(act=REGISTER, address=client_ip)):
            counted.attempt(self._limits.register, address_keys(client_ip))
        try:
            policy = self._registration if by_operator else await self._store.read(self._policy)
            if self._guard.only_owners and not by_operator:
                policy = "closed"
            if policy == "closed":
                raise RegistrationClosed
            code = invite if policy == "invite" or (policy == "local" and forwarded) else None
            name = user_name(name)
            prepared = self._passwords.prepare_new(password, name)
            if not _is_same(prepared, repeated):
                raise PasswordsDiffer
            # A check before the costly hash. The insert checks again, and decides.
            await self._store.read(self._check_registration, name, code, by_operator)
            password_hash = await self._passwords.hash_new(prepared, name)
        except (InvalidField, PasswordsDiffer, RegistrationClosed, Busy, StoreAway):
            counted.forgive()
            raise
        except BadInvite as e:
            self._note(Entry(act=REGISTER, outcome=e.code, address=client_ip))
            raise
        with recorded(self._note_refusal, Entry(act=REGISTER, address=client_ip)):
            user = await self._store.write(self._register, name, password_hash, code)
        self._log.info("user {user} registered", user=user.id)
        if not by_operator:
            self._note(Entry(act=REGISTER, actor=user.id, whose=user.id, address=client_ip))
        return user

    def _policy(self, connection: Connection) -> str:
        chosen = read_choice(connection, REGISTRATION_CHOICE)
        return self._registration if chosen is None else chosen.value

    def _note_refusal(self, entry: Entry) -> None:
        if entry.outcome != OK:
            self._note(entry)

    async def log_in(
        self, name: str, password: str, client_ip: str, client_port: str, further: FurtherStep = no_further_step
    ) -> tuple[str, User]:
        """
        Exchange a password for a token of v1. Each log-in is a new device; beyond the limit the oldest is removed.

        @param further: see L{log_in_device}.
        @return: the token, and the user.
        @raise Refused: see L{Guard.check}.
        """
        with self.counted("v1"):
            user = await self._guard.check(name, password, client_ip, by_address=True)
            if user.app_password:
                return await self._let_in_v1(user, client_ip, client_port, no_further_step)
            with self.logging_in(user.id, client_ip, "v1"):
                await self._store.read(further, user)
            return await self._let_in_v1(user, client_ip, client_port, further)

    async def _let_in_v1(self, user: User, client_ip: str, client_port: str, further: FurtherStep) -> tuple[str, User]:
        made: list[tuple[User, Claims]] = []

        def change(connection: Connection, draft: Draft, _position: int) -> None:
            current = _log_in(connection, user, client_ip, client_port, self._now())
            further(connection, current)
            device, gone = devices.add_of_v1(connection, user.id, self._now())
            # Each log-in is a new device: an address that is new says more.
            if address_key(user.client_ip) != address_key(client_ip):
                self._mail_device(connection, user.id, device.name, client_ip)
            session = sessions.begin(connection, current, device.id, client_ip, self._now(), via)
            made[:] = [(current, Claims(user.id, current.generation, device.id, session, Dialect.V1))]
            draft.subject, draft.body = (gone, b"") if gone else (device.id, b"%d" % session)

        via = BY_APP_PASSWORD if user.app_password else "v1"
        with self.logging_in(user.id, client_ip, via):
            if self.before_log_in is not None:
                await self.before_log_in(user, via)
            await self._append(user.id, change)
        ((current, claims),) = made
        self._note_log_in(user.id, claims.device, client_ip, via)
        return self._tokens.issue(claims, min(V1_LIFETIME, self._duration)), current

    async def log_in_device(
        self,
        name: str,
        password: str,
        device: str,
        client_ip: str,
        client_port: str,
        secrets: Sequence[str] = (),
        further: FurtherStep = no_further_step,
    ) -> Grant:
        """
        Exchange a password for tokens that are bound to a device. The device's earlier session ends.

        @param device: the client's own name for the device, 1 to 64 characters of ASCII.
        @param secrets: device secrets of earlier grants. By one of them the device is known, and strangers' tries do
            not hold it up.
        @param further: asked when the password is right, and again in the transaction of the log-in. Who comes with an
            app password is not asked.
        @raise DeviceRevoked: the device was revoked.
        @raise TooManyDevices: the device is new, and the user has too many.
        @raise Refused: see L{Guard.check}.
        """
        with self.counted("v2"):
            user = await self._guard.check(name, password, client_ip, secrets)
            if user.app_password:
                return await self.let_in(user, device, client_ip, client_port, secrets)
            with self.logging_in(user.id, client_ip, "v2"):
                await self._store.read(further, user)
            return await self.let_in(
                user, device, client_ip, client_port, secrets, check=lambda c, grant: further(c, grant.user)
            )

    async def let_in(
        self,
        user: User,
        device: str,
        client_ip: str,
        client_port: str,
        secrets: Sequence[str] = (),
        via: str = "v2",
        check: GrantCheck = no_grant_check,
    ) -> Grant:
        """
        Give a device of a user tokens: whoever calls this has made sure that it is the user, and that the user needs
        nothing more to come in. The device's earlier session ends.

        @param user: the user as recognised: by an app password, the session gets less rights.
        @param via: the way in, for the audit log and the list of sessions, unless it was an app password.
        @raise DeviceRevoked: the device was revoked.
        @raise TooManyDevices: the device is new, and the user has too many.
        @raise Refused: the account was disabled or deleted since, or its tokens were voided; or by the ledger.
        """
        grants: list[Grant] = []
        is_new: list[bool] = []

        def change(connection: Connection, draft: Draft, _position: int) -> None:
            current = _log_in(connection, user, client_ip, client_port, self._now())
            is_new[:] = [devices.find(connection, user.id, device) is None]
            found = devices.find_or_add(connection, user.id, device, self._now())
            if found.revoked_at is not None:
                raise DeviceRevoked
            if is_new[0]:
                self._mail_device(connection, user.id, device, client_ip)
            secret = self._secret(connection, user.id, found.id, secrets)
            # The ledger may try a batch again: the last time is the one that counts.
            grant = self._grant(connection, current, found.id, client_ip, via)
            grants[:] = [grant._replace(secret=secret, name=device)]
            check(connection, grants[0])
            draft.subject, draft.body = found.id, b"%d" % grants[0].session

        via = BY_APP_PASSWORD if user.app_password else via
        with self.logging_in(user.id, client_ip, via):
            if self.before_log_in is not None:
                await self.before_log_in(user, via)
            await self._append(user.id, change)
        if is_new[0]:
            self._note_device(user.id, grants[0].device, client_ip)
        self._note_log_in(user.id, grants[0].device, client_ip, via)
        return grants[0]

    @contextmanager
    def logging_in(self, user: int, address: str, via: str) -> Iterator[None]:
        """A context manager that notes a log-in whose user is known, and which fails all the same, or is cut off."""
        try:
            yield
        except BaseException as e:
            outcome = e.code if isinstance(e, Refused) else UNKNOWN_OUTCOME
            self._note(Entry(act=LOG_IN, outcome=outcome, whose=user, address=address, via=via))
            raise

    def _note_log_in(self, user: int, device: int, address: str, via: str) -> None:
        self._note(Entry(act=LOG_IN, actor=user, whose=user, device=device, address=address, via=via))

    def _mail_device(self, connection: Connection, user: int, device: str, address: str) -> None:
        self.mail(connection, user, MailKind.NEW_DEVICE, {"device": device, "address": address})

    def _set_password(self, connection: Connection, user_id: int, password_hash: str, address: str = "") -> User:
        """@param password_hash: empty: the user has no password any more."""
        users.set_password(connection, user_id, password_hash, self._now())
        resets.forget_reset(connection, user_id)
        self.mail(connection, user_id, MailKind.PASSWORD_CHANGED, {"address": address})
        return users.get(connection, user_id)

    def _note_device(self, user: int, device: int, address: str = "") -> None:
        self._note(Entry(act=NEW_DEVICE, actor=user, whose=user, device=device, address=address, via="v2"))

    async def refresh(self, token: str, client_ip: str) -> Grant:
        """
        Exchange a refresh token for the next one and an access token.

        @raise Unauthorized: the token is not valid. If it was used before, the device's session ends, with all its
            tokens: see L{hichat.accounts.sessions}.
        """
        with self.counted("refresh"):
            return await self._refresh(token, client_ip)

    @contextmanager
    def counted(self, way: str) -> Iterator[None]:
        """
        A context manager around a step of a log-in, which tells how it ends.

        @param way: one of those in L{hichat.runtime.metrics.LOGIN_OUTCOMES}.
        """
        outcome = "failed"
        try:
            yield
            outcome = "ok"
        except Refused as e:
            outcome = "reused" if isinstance(e.__cause__, _Reuse) else _OUTCOMES.get(type(e), "refused")
            raise
        finally:
            self._logged_in(way, outcome)

    async def _refresh(self, token: str, client_ip: str) -> Grant:
        shown = self._tokens.verify_refresh(token)
        device, session, _ = shown
        for check in self.before_refresh:
            await check(device, session)
        found = await self._store.write(sessions.rotate, shown, digest(token), client_ip, self._now(), self._duration)
        if isinstance(found, Reused):
            self._log.warn("a refresh token of device {device} came twice: its session is over", device=device)
            self._note(
                Entry(
                    act=REFRESH_REUSED,
                    outcome=Unauthorized.code,
                    whose=found.user,
                    device=device,
                    address=client_ip,
                    via="v2",
                )
            )
            with suppress(Unauthorized):
                await self._end_session(found.user, device, session)
            raise Unauthorized from _Reuse()
        return self._granted(found.user, device, session, found.turn, found.began_at)

    async def end_session(self, session: Session) -> None:
        """
        End a session, and close its connections. If it has ended before, nothing is done.

        @raise Refused: by the ledger, such as L{Busy}.
        """
        with suppress(Unauthorized):
            await self._end_session(session.user, session.device, session.number)

    async def log_out(self, user: User, device: int) -> None:
        """
        End a device's session, and close its connections.

        @raise Unauthorized: the session has ended before.
        @raise Refused: by the ledger, such as L{Busy}.
        """
        await self._end_session(user.id, device)

    async def end_sessions(self, user_id: int, keep: int = 0, also: RightsCheck = no_check) -> int:
        """
        End a user's sessions, of v1 too, in one transaction, and close their connections.

        @param keep: the number of the device whose session goes on; 0: none does.
        @param also: further changes in the transaction.
        @return: the number of sessions that have ended.
        @raise Refused: by the ledger, such as L{Busy}.
        """
        ended: dict[int, int] = {}

        def change(connection: Connection, draft: Draft, _position: int) -> None:
            also(connection)
            ended.clear()
            ended.update(sessions.end_all(connection, user_id, keep))
            draft.body = b" ".join(b"%d %d" % each for each in ended.items())

        fields = signing_out(user_id, change)
        fields["kind"] = Kind.SESSIONS_ENDED
        await self._ledger.append(**fields)
        return len(ended)

    # Authenticating

    async def authenticate(self, token: str, user_id: str) -> User:
        """
        Authenticate a call of v1. Tokens of v2 are valid for these calls as well.

        @param user_id: the user's id that the client gives, as text.
        @return: the user.
        @raise Unauthorized: the token is not this user's, has expired or is void, or the user is disabled or gone.
        """
        user, _ = await self._identify(self._claims(token, user_id))
        return user

    async def authenticate_v1(self, token: str, user_id: str) -> tuple[User, Claims]:
        """
        As L{authenticate}, but the token must be for v1.

        @return: the user, and the token's claims, with a device.
        """
        return await self._identify(self._claims(token, user_id, Dialect.V1))

    async def arriving(self, token: str, user_id: str) -> Claims:
        """
        Authenticate a new connection of v1. For the parameters see L{authenticate}.

        @return: the token's claims, with a device. Whether they still hold is checked when the connection arrives.
        @raise Unauthorized: the token is not this user's, is not for v1, or has expired.
        """
        claims = self._claims(token, user_id, Dialect.V1)
        return claims if claims.device else (await self._identify(claims))[1]

    async def identify(self, token: str) -> tuple[User, int]:
        """
        Authenticate a call of v2.

        @return: the user, and the number of the device that the token is bound to.
        @raise Unauthorized: the token has expired or is void or is for v1, or the user is disabled or gone.
        """
        user, device, _ = await self.recognise(token)
        return user, device

    async def recognise(self, token: str) -> tuple[User, int, int]:
        """
        As L{identify}.

        @return: the number of the session, too, that the token is bound to; 0: it is bound to none.
        """
        if token.startswith(BOT_TOKEN):
            found = await self._bot(token)
            return found.user, found.device, 0
        user, claims = await self._identify(self._claims_of_v2(token))
        return user, claims.device, claims.session

    async def _bot(self, token: str) -> TokenOfBot:
        """
        @return: the bot of a token.
        @raise Unauthorized: the token was revoked or has ended, or the bot or its owner is disabled or gone.
        """
        found = await self._find_bot(digest(token))
        if found is None:
            raise Unauthorized
        if found.is_stale(self._now()):
            self._noted(self._use_bot(found.device))
        return found

    async def sign_in(self, token: str, device: str) -> tuple[User, Device, Claims]:
        """
        Authenticate a new connection of v2, and find its device or make it.

        @param device: the client's own name for the device, 1 to 64 characters of ASCII.
        @return: the user, the device, and the token's claims. A token for both dialects may be used with any device's
            name: then the claims have another device.
        @raise Unauthorized: the token has expired or is void or is for v1, the user is disabled or gone, or the device
            was revoked.
        @raise OtherDevice: the token is bound to another device.
        @raise TooManyDevices: the device is new, and the user has too many.
        """
        if token.startswith(BOT_TOKEN):
            # Whatever the client calls the device: the token has one of its own.
            bot = await self._bot(token)
            own = Device(bot.device, bot.user.id, device, bot.user.created_at, None, "bot")
            return bot.user, own, Claims(bot.user.id, bot.user.generation, bot.device)
        user, claims = await self._identify(self._claims_of_v2(token))
        known = await self._find_device((user.id, device))
        if claims.dialect == Dialect.V2 and (known is None or known.id != claims.device):
            raise OtherDevice
        if known is None:
            known = await self._add_device((user.id, device))
            if known is not None:
                self._note_device(user.id, known.id)
        if known is None:
            raise TooManyDevices
        if known.revoked_at is not None:
            raise Unauthorized().of(user.id, known.id)
        return user, known, claims

    def note_use(self, device: int, used_at: int) -> None:
        """
        Note that a token of v1 is used, if the last note is old enough.

        @param device: the device that the token is bound to.
        @param used_at: the device's last use that was noted, in milliseconds since the epoch.
        """
        if abs(self._now() - used_at) >= USED_STEP:
            self._noted(self._use(device))

    def _noted(self, noted: Deferred[None]) -> None:
        noted.addErrback(
            lambda failure: self._log.debug(
                "the last use of a device could not be noted: {failure}", failure=failure.value
            )
        )

    async def issue(self, user: User, device: str = devices.TOKEN_NAME) -> str:
        """
        Make a token for both dialects, for an administrator.

        @param device: the name of the token's device, which is made if there is none.
        @raise DeviceRevoked: the device was revoked.
        @raise NotForBots: it is a bot: those have tokens of another kind.
        """

        users.check_person(user)

        def change(connection: Connection) -> Claims:
            known = devices.find_or_add_for_tokens(connection, user.id, device, self._now())
            if known.revoked_at is not None:
                raise DeviceRevoked
            session = sessions.go_on(connection, user, known.id, self._now())
            return Claims(user.id, user.generation, known.id, session, Dialect.BOTH)

        return self._tokens.issue(await self._store.write(change), min(V1_LIFETIME, self._duration))

    async def devices(self, user_id: int) -> list[tuple[Device, Session | None]]:
        """
        @return: a user's devices, in order of id, revoked ones too; each with its session, if it has one. Devices of v1
            without a session are left out: they cannot log in again. So are those of bots' tokens.
        """

        def look(connection: Connection) -> list[tuple[Device, Session | None]]:
            live = sessions.of_user(connection, user_id, self._now(), self._duration)
            by_device = {session.device: session for session in live}
            known = [device for device in devices.of_user(connection, user_id) if device.dialect != "bot"]
            found = [(device, by_device.get(device.id)) for device in known]
            return [
                (device, session)
                for device, session in found
                if session is not None or device.revoked_at is not None or device.dialect in ("v2", "both")
            ]

        return await self._store.read(look)

    async def revoke(self, user_id: int, device: str | int, check: RightsCheck = no_check) -> Device:
        """
        Revoke a device: it cannot log in any more, and its connections are closed.

        @param device: its name or its number.
        @raise NoSuchDevice: the user has no such device, or it was revoked before.
        @raise Refused: by the ledger, such as L{Busy}.
        """
        if isinstance(device, str):
            found = await self._store.read(devices.find, user_id, device)
        else:
            found = await self._store.read(devices.find_by_id, user_id, device)
        if found is None or found.revoked_at is not None:
            raise NoSuchDevice

        def change(connection: Connection, _draft: Draft, _position: int) -> None:
            check(connection)
            devices.revoke(connection, user_id, found.id, self._now())

        await self._append(user_id, change, subject=found.id)
        return found

    # Changing

    async def update(self, user: User, fields: Mapping[str, str]) -> User:
        """
        Change fields of a user, as v1 names them, all of them or none.

        @param user: the user as authenticated.
        @param fields: texts as the client gave them: some of C{name icon gender email phone password}. Another
            password voids all tokens of the user.
        @raise InvalidField: a field is not allowed.
        @raise NameTaken: see L{register}.
        @raise NameReserved: see L{register}.
        @raise Unauthorized: the user's tokens were voided since, or the account was disabled or deleted.
        @raise Refused: by the ledger, such as L{Busy}.
        """
        values = {_READERS[name][0]: _READERS[name][1](text) for name, text in fields.items() if name in _READERS}
        if "password" in fields:
            name = values.get("name", user.name)
            prepared = self._passwords.prepare_new(fields["password"], name)
            password_hash = await self._passwords.hash_new(prepared, name)

            def change(connection: Connection) -> User:
                self.change_fields(connection, user, values)
                return self._set_password(connection, user.id, password_hash)

            return self._told(user, await self._sign_out(user.id, change))
        return self._told(user, await self._store.write(self.change_fields, user, values))

    async def change_profile(self, user: User, fields: Mapping[str, str], check: RightsCheck = no_check) -> User:
        """
        Change fields of a user's profile, all of them or none.

        @param user: the user as authenticated.
        @param fields: some of C{name display_name avatar gender email phone bio}.
        @raise InvalidField: a field is not allowed.
        @raise NameTaken: see L{register}.
        @raise NameReserved: see L{register}.
        @raise Unauthorized: the user's tokens were voided since, or the account was disabled or deleted.
        """
        values = checked_profile(fields)

        def change(connection: Connection) -> User:
            check(connection)
            return self.change_fields(connection, user, values)

        return self._told(user, await self._store.write(change))

    async def set_away(self, user: User, text: str) -> User:
        """
        A user is away, until the user ends that.

        @param text: what the user says about it; empty: the user is away without a word, or is back if away before.
        @raise TooLong: it is longer than L{absences.AWAY_TEXT_LIMIT} characters.
        @raise Unauthorized: see L{change_profile}.
        """
        said = absences.one_line(text)

        def change(connection: Connection) -> User:
            before = users.current(connection, user)
            absences.change(connection, before.id, said if said or before.away is None else None, self._now())
            return users.get(connection, before.id)

        changed = await self._store.write(change)
        self._changed(changed.id, _person(changed))
        return changed

    def has_password(self, connection: Connection, user_id: int) -> bool:
        """@return: whether the user has a password that lets in."""
        user = users.find(connection, user_id)
        return user is not None and self._guard.takes_password(user) and users.has_password(connection, user_id)

    async def change_password(self, user: User, password: str) -> User:
        """As L{update}, of the password only."""
        return await self.update(user, {"password": password})

    async def change_own_password(self, user: User, device: int, old: str, password: str, client_ip: str) -> Grant:
        """
        Change a password, which voids all tokens of the user.

        @param user: the user as authenticated.
        @param device: the device that gets new tokens, the only valid ones then.
        @param old: the present password.
        @raise WrongPassword: C{old} is not the password.
        @raise InvalidField: the new password is not allowed.
        @raise Refused: see L{update} and L{log_in}.
        """
        prepared = self._passwords.prepare_new(password, user.name, "new")
        await self.check_own(user, old, device)
        password_hash = await self._passwords.hash_new(prepared, user.name, "new")
        grants: list[Grant] = []

        def change(connection: Connection) -> User:
            users.current(connection, user)
            before = sessions.standing(connection, [device]).get(device)
            current = self._set_password(connection, user.id, password_hash, client_ip)
            grants[:] = [self._grant(connection, current, device, client_ip, "v2")]
            if before is not None:
                sessions.carry_over(connection, before, grants[0].session)
            return current

        await self._sign_out(user.id, change)
        return grants[0]

    async def confirm(self, user: User, claims: Claims, old: str) -> None:
        """
        Check that the caller of v1 is the token's user, before changes that take the account away from its user. Tokens
        of v1 are in URLs, and somebody who finds one must not get the account with it.

        @param claims: the token's claims.
        @param old: the password; empty: then the token must be of a log-in in the last L{RECENT_LOGIN} seconds.
        @raise WrongPassword: C{old} is not the password.
        @raise LogInNeeded: the log-in was longer ago, or the token is not of a log-in with a password.
        @raise Refused: see L{log_in}.
        """
        if old:
            await self.check_own(user, old, claims.device)
        elif claims.dialect != Dialect.V1 or not 0 <= self._now() // 1000 - claims.issued <= RECENT_LOGIN:
            raise LogInNeeded

    async def delete(self, user: User, check: RightsCheck = no_check) -> None:
        """
        Delete an account for ever, with its contacts, its memberships, and its bots.

        @param user: the user as authenticated.
        @raise LastOwner: the user is the only owner of the server.
        @raise Unauthorized: the user's tokens were voided since, or the account was disabled or deleted.
        @raise Refused: by the ledger, such as L{Busy}.
        """

        await self._store.read(users.check_not_last_owner, user.id)
        for each in await self._store.read(bot_owners.of_owner, user.id):
            bot = await self._store.read(users.find, each.bot)
            if bot is not None:
                await self.delete(bot, check)
        # First leave groups and the like, with events for the others. If it fails after that, the user can try again.
        for room in self._leaves:
            await room.leave_all(user.id)

        def change(connection: Connection, draft: Draft, position: int) -> None:
            check(connection)
            users.current(connection, user)
            draft.body = b"%d" % (user.generation + 1)
            for room in self._leaves:
                room.forget(connection, user.id, position)
            conversation_settings.forget(connection, user.id)
            saved_messages.forget(connection, user.id)
            sessions.forget(connection, user.id)
            current = users.get(connection, user.id)
            for name in dict.fromkeys((current.display_name, current.name)):
                self._resting.add(connection, name, user.id, self._now())
            known.forget(connection, user.id)
            app_secrets.forget(connection, user.id)
            bot_tokens.forget(connection, user.id)
            users.delete(connection, user.id, self._now())
            erasures.add(connection, user.id, self._now())

        await self._append(user.id, change)
        self._changed(user.id, PersonBody("", "", ""))
        self._log.info("user {user} was deleted", user=user.id)

    async def disable(self, user_id: int, check: RightsCheck = no_check) -> User:
        """
        Disable a user, for the administrator: the user's connections are closed, and no token is valid. The same goes
        for the user's bots. If that fails in the middle, it can be done again.

        @raise LastOwner: the user is the only owner of the server.
        @raise NoSuchUser: there is no such user.
        @raise Refused: by the ledger, such as L{Busy}.
        """

        def change(connection: Connection) -> User:
            check(connection)
            users.disable(connection, user_id, self._now())
            bot_owners.stay_disabled(connection, user_id)
            return users.get(connection, user_id)

        disabled = await self._sign_out(user_id, change)
        for each in await self._store.read(bot_owners.of_owner, user_id):
            await self._sign_out(each.bot, partial(self._stop, bot=each.bot))
        return disabled

    def _stop(self, connection: Connection, bot: int) -> User:
        bot_owners.stop(connection, bot, self._now())
        return users.get(connection, bot)

    async def set_role(self, user_id: int, role: ServerRole, by: User | None = None) -> User:
        """
        Give a user another role. If it matters to open connections, the user is signed out everywhere; see
        L{ends_sessions}.

        @param by: who wants that, as authenticated; None: an operator.
        @raise LastOwner: the user is the only owner.
        @raise NoSuchUser: there is no such user.
        @raise Unauthorized: the tokens of C{by} were voided since.
        @raise Refused: see L{server_rights.ask_role}; or by the ledger, such as L{Busy}.
        """

        def change(connection: Connection) -> User:
            if by is not None:
                users.current(connection, by)
                actor = users.get(connection, by.id).by_app_password(by.app_password)
                server_rights.ask_role(actor, users.get(connection, user_id), role)
            before = users.get(connection, user_id).role
            users.set_role(connection, user_id, role, self._now())
            # Who has no session keeps the link with which to set a password.
            if ends_sessions(before, role) and sessions.has_begun(connection, user_id):
                users.sign_out(connection, user_id, self._now())
            return users.get(connection, user_id)

        # The event names the generation of the user's tokens. If that is the present one, every connection stays, and
        # what writers remember of the user is forgotten.
        return await self._sign_out(user_id, change)

    async def sign_out(self, user_id: int, check: RightsCheck = no_check) -> User:
        """
        Sign a user out everywhere, for an administrator.

        @raise NoSuchUser: there is no such user.
        @raise Refused: by the ledger, such as L{Busy}.
        """

        def change(connection: Connection) -> User:
            check(connection)
            users.sign_out(connection, user_id, self._now())
            return users.get(connection, user_id)

        return await self._sign_out(user_id, change)

    async def sign_out_device(
        self, user_id: int, device: int, check: RightsCheck = no_check, session: int | None = None
    ) -> None:
        """
        Sign one device of a user out, for an administrator. It may log in again.

        @param session: only if its session has this number.
        @raise NoSuchDevice: the user has no such device, or it is signed out.
        @raise Refused: by the ledger, such as L{Busy}.
        """
        if await self._store.read(devices.find_by_id, user_id, device) is None:
            raise NoSuchDevice
        try:
            await self._end_session(user_id, device, session, check)
        except Unauthorized:
            raise NoSuchDevice from None

    async def reset_password(self, user_id: int, check: RightsCheck = no_check) -> PasswordCode:
        """
        Take a user's password away, for an administrator: the user is signed out everywhere, and sets another one with
        a code.

        @raise NoSuchUser: there is no such user.
        @raise Refused: by the ledger, such as L{Busy}.
        """

        def change(connection: Connection) -> User:
            check(connection)
            return self._set_password(connection, user_id, "")

        return self._code_for(await self._sign_out(user_id, change))

    async def set_password(self, code: str, password: str, client_ip: str) -> User:
        """
        Set a password with a code, which is good once: an administrator has given it, or it came by mail.

        @raise BadCode: it is not valid, or was used, or has expired; or the user is disabled.
        @raise InvalidField: the password is not allowed.
        @raise Refused: by the ledger, such as L{Busy}.
        """
        claims = self._tokens.verify_code(code)
        user = await self._store.read(_holder, claims)
        prepared = self._passwords.prepare_new(password, user.name)
        password_hash = await self._passwords.hash_new(prepared, user.name)

        def change(connection: Connection) -> User:
            _holder(connection, claims)
            return self._set_password(connection, user.id, password_hash, client_ip)

        changed = await self._sign_out(user.id, change)
        self._note(Entry(act=SET_PASSWORD, actor=user.id, whose=user.id, address=client_ip, via="v2"))
        return changed

    async def make(
        self, name: str, password: str, fields: Mapping[str, str], by: int, check: RightsCheck = no_check
    ) -> tuple[User, PasswordCode]:
        """
        Make an account, for an administrator. Its name may be a reserved one.

        @param password: empty: the user sets one with the code.
        @param fields: as in L{change_profile}.
        @param by: the administrator.
        @return: the user, and a code with which the user sets a password.
        @raise InvalidField: the name, the password or a field is not allowed.
        @raise NameTaken: see L{register}.
        """
        name, password_hash = user_name(name), ""
        if password:
            prepared = self._passwords.prepare_new(password, name)
            password_hash = await self._passwords.hash_new(prepared, name)
        user = await self._store.write(checked(check, self.add_hashed), name, password_hash, fields)
        self._note(Entry(act=REGISTER, actor=by, whose=user.id, via="v2"))
        return user, self._code_for(user)

    def _code_for(self, user: User) -> PasswordCode:
        expires = self._now() + CODE_LIFETIME * 1000
        return PasswordCode(
            self._tokens.issue_code(CodeClaims(user.id, user.created_at, user.generation, expires)), expires
        )

    async def enable(self, user_id: int, check: RightsCheck = no_check) -> User:
        """
        Enable a disabled user, for the administrator.

        @raise NoSuchUser: there is no such user.
        """

        def change(connection: Connection) -> User:
            check(connection)
            users.enable(connection, user_id, self._now())
            bot_owners.resume(connection, user_id, self._now())
            return users.get(connection, user_id)

        return await self._store.write(change)

    def add_hashed(
        self, connection: Connection, name: str, password_hash: str, fields: Mapping[str, str], bot: bool = False
    ) -> User:
        """
        Make an account of a name that L{user_name} has checked and may be reserved, for an administrator.

        @param fields: of the profile, as in L{change_profile}.
        @param bot: whether it is a bot; see L{hichat.bots}.
        @raise InvalidField: a field is not allowed.
        @raise NameTaken: see L{register}.
        """
        self.check_name(connection, name)
        user = users.insert(connection, name, password_hash, self._now(), bot)
        values = checked_profile(fields)
        if values:
            users.change(connection, user.id, values, self._now())
        return users.get(connection, user.id)

    def check_name(self, connection: Connection, name: str) -> None:
        """@raise NameTaken: nobody can be called so, see L{register}. Reserved names are allowed."""
        self._check_registration(connection, name, None, by_operator=True)

    def _check_registration(self, connection: Connection, name: str, invite: str | None, by_operator: bool) -> None:
        if invite is not None:
            invites.check(connection, invite, self._now())
        if not by_operator:
            check_reserved(name)
        check_free(connection, users_table, name)
        self._resting.check(connection, name, 0, self._now())

    def _register(self, connection: Connection, name: str, password_hash: str, invite: str | None) -> User:
        now = self._now()
        role = ServerRole.MEMBER if invite is None else invites.use(connection, invite, now)
        self._resting.check(connection, name, 0, now)
        user = users.insert(connection, name, password_hash, now)
        if role is not user.role:
            users.set_role(connection, user.id, role, now)
        return users.get(connection, user.id)

    def change_fields(self, connection: Connection, user: User, values: Mapping[str, str]) -> User:
        """
        Change fields of a user's profile in somebody's transaction, which does not go on if this raises.

        @param values: as L{checked_profile} gives them.
        @raise Refused: see L{change_profile}.
        """
        users.current(connection, user)
        before, now = users.get(connection, user.id), self._now()
        users.change(connection, user.id, values, now)
        after = users.get(connection, user.id)
        if (after.name, after.display_name) != (before.name, before.display_name):
            self._rename(connection, before, after, now)
        return after

    def _rename(self, connection: Connection, before: User, after: User, now: int) -> None:
        """A user has changed names: may they have the new ones? Those that they have not any more rest."""
        if key_of(after.name) != key_of(before.name):
            check_reserved(after.name)
            self._resting.check(connection, after.name, after.id, now)
        if after.display_name != after.name and key_of(after.display_name) != key_of(before.display_name):
            check_reserved(after.display_name, "displayName")
            self._resting.check(connection, after.display_name, after.id, now, "displayName")
        held = {key_of(after.name), key_of(after.display_name)}
        for name in dict.fromkeys((before.display_name, before.name)):
            if key_of(name) not in held:
                self._resting.add(connection, name, after.id, now)

    def _told(self, before: User, after: User) -> User:
        """@return: the user, after others were told of new names or a new picture."""
        person = _person(after)
        if person != _person(before):
            self._changed(after.id, person)
        return after

    async def _sign_out(self, user_id: int, change: Callable[[Connection], User]) -> User:
        changed: list[User] = []

        def changing(connection: Connection, draft: Draft, _position: int) -> None:
            # The ledger may try a batch again: the last time is the one that counts.
            changed[:] = [change(connection)]
            draft.body = b"%d" % changed[0].generation

        await self._append(user_id, changing)
        return changed[0]

    async def _append(self, user_id: int, change: Callable[[Connection, Draft, int], None], subject: int = 0) -> None:
        await self._ledger.append(**signing_out(user_id, change, subject))

    async def _end_session(
        self, user_id: int, device: int, session: int | None = None, check: RightsCheck = no_check
    ) -> None:
        def change(connection: Connection, draft: Draft, _position: int) -> None:
            check(connection)
            draft.body = b"%d" % sessions.end(connection, device, session)

        await self._append(user_id, change, subject=device)

    def _grant(self, connection: Connection, user: User, device: int, client_ip: str, via: str) -> Grant:
        number = sessions.begin(connection, user, device, client_ip, self._now(), via)
        return self._granted(user, device, number, 0, self._now())

    def _granted(self, user: User, device: int, session: int, turn: int, began_at: int) -> Grant:
        left = max(0, (began_at + self._duration * 1000 - self._now()) // 1000)
        lasts, refresh_lasts = min(ACCESS_LIFETIME, left), min(REFRESH_LIFETIME, left)
        access = self._tokens.issue(Claims(user.id, user.generation, device, session), lasts)
        refresh = self._tokens.issue_refresh(device, session, turn)
        return Grant(user, device, session, access, refresh, lasts, refresh_lasts)

    def _claims(self, token: str, user_id: str, dialect: Dialect = Dialect.BOTH) -> Claims:
        """
        @param dialect: the token must be for one of these.
        @return: the token's claims.
        @raise Unauthorized: the token is for another dialect, is not this user's, or has expired.
        """
        claims = self._tokens.verify(token)
        try:
            claimed = id_of(user_id, "userId")
        except InvalidField:
            raise Unauthorized from None
        if claims.user != claimed or not claims.dialect & dialect:
            raise Unauthorized
        return claims

    def _claims_of_v2(self, token: str) -> Claims:
        claims = self._tokens.verify(token)
        if not claims.dialect & Dialect.V2:
            raise TokenOfV1().of(claims.user, claims.device)
        return claims

    async def _identify(self, claims: Claims) -> tuple[User, Claims]:
        """
        @return: the user, and the claims. A token of v1 from before tokens named a device gets the user's device for
            such tokens.
        @raise Unauthorized: the claims do not hold any more.
        """
        found = await self._find((claims.user, claims.device))
        if found is None or found.user.generation != claims.generation:
            raise Unauthorized().of(claims.user, claims.device)
        session = found.session
        if claims.device and session.number != claims.session:
            raise Unauthorized().of(claims.user, claims.device)
        if claims.dialect & Dialect.V1:
            self.note_use(session.device, session.used_at)
        user = found.user.by_app_password(session.app_password)
        return user, claims._replace(device=session.device, session=session.number)

    async def check_own(self, user: User, password: str, device: int = 0) -> None:
        """
        Check the password of a user who is signed in.

        @param device: the number of the device at which the user is; 0: it is not known.
        @raise Refused: see L{Guard.check}.
        """
        await self._guard.check_own(user, password, device)

    def _secret(self, connection: Connection, user_id: int, device: int, shown: Sequence[str]) -> str:
        """@return: the secret by which a device is known from now on: the one that it showed, or a new one."""
        for secret in shown:
            if self._tokens.verify_secret(secret) == device and known.find(
                connection, user_id, {device: digest(secret)}
            ):
                return secret
        made = self._tokens.issue_secret(device)
        known.keep(connection, device, digest(made))
        return made


def checked_profile(fields: Mapping[str, str]) -> dict[str, str]:
    """
    @param fields: some of C{name display_name avatar gender email phone bio}.
    @return: them, as they are stored.
    @raise InvalidField: a field is not allowed.
    """
    return {name: _PROFILE[name](text) for name, text in fields.items()}


def signing_out(user_id: int, change: Callable[[Connection, Draft, int], None], subject: int = 0) -> DraftFields:
    """
    @param change: what the transaction changes; it may set the draft's body and subject.
    @param subject: the number of the only device that is concerned; 0: all are.
    @return: the fields of the draft of a C{SIGNED_OUT}.
    """
    return {
        "kind": Kind.SIGNED_OUT,
        "scope": Scope.ACCOUNTS,
        "sender": user_id,
        "target": user_id,
        "subject": subject,
        "change": change,
    }


def _person(user: User) -> PersonBody:
    return PersonBody(user.name, user.display_name, user.avatar, UNSET if user.away is None else user.away)


def _is_same(prepared: str, repeated: str) -> bool:
    try:
        return prepare(repeated) == prepared
    except InvalidField:
        return False


def _holder(connection: Connection, claims: CodeClaims) -> User:
    """
    @return: the user of a code.
    @raise BadCode: the code does not hold any more.
    """
    user = users.find(connection, claims.user)
    if (
        user is None
        or user.disabled
        or user.bot
        or (user.created_at, user.generation) != (claims.made, claims.generation)
    ):
        raise BadCode
    if claims.number and not resets.is_newest_reset(connection, user.id, claims.number):
        raise BadCode
    return user


def _log_in(connection: Connection, user: User, client_ip: str, client_port: str, now: int) -> User:
    current = users.find(connection, user.id)
    # The password was changed after it was verified.
    if current is None or current.generation != user.generation:
        raise WrongPassword
    if user.app_password:
        app_secrets.use(connection, user.app_password, now)
    users.record_login(connection, user.id, client_ip, client_port, now)
    return users.get(connection, user.id).by_app_password(user.app_password)
