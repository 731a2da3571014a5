"""
Single sign-on: who comes in by a provider of OpenID Connect, and how long they may stay.

A browser is sent to the provider with a sealed cookie (L{hichat.signin.openid.flow}), and comes back with a code, which
this server exchanges for proof of who it is. Accounts are linked by the issuer and the subject, never by a name or an
address: those anybody may have at the provider.

While a session lives, the provider is asked whether it may go on when it is refreshed, at most once in L{CHECK_STEP
<hichat.signin.openid.identities.CHECK_STEP>} seconds. If the provider says no, the session ends. If it does not answer,
the session goes on for L{AWAY_LIMIT} at most. For sessions that came another way see
L{hichat.signin.openid.dependants}.
"""

from __future__ import annotations

from base64 import b64decode, urlsafe_b64encode
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import msgspec
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError
from twisted.logger import Logger

from hichat.accounts import users
from hichat.accounts.fields import email_of, picture_of
from hichat.accounts.roles import ServerRole
from hichat.accounts.tokens import digest, is_within
from hichat.audit.book import Note, no_notes
from hichat.audit.entries import (
    BEGIN_SIGN_ON,
    BEGUN,
    END_SIGN_ON,
    LINK_IDENTITY,
    LOG_IN,
    PROVIDER_ENDS,
    PROVIDER_ROLE,
    Entry,
)
from hichat.core.errors import (
    BadProof,
    DeviceRevoked,
    Disabled,
    InvalidField,
    LastOwner,
    LastWay,
    NameRefused,
    NoSuchDevice,
    NotWelcome,
    ProviderAway,
    ProviderRefused,
    Refused,
    StrangeReturn,
    Unauthorized,
)
from hichat.runtime.sealing import Sealing
from hichat.signin.openid import identities
from hichat.signin.openid.dependants import Dependants, ProviderSays
from hichat.signin.openid.flow import FLOW_CHARACTERS, FLOW_LIFETIME, Flow, begin_flow, shorter
from hichat.signin.openid.identities import Identity, ProviderSession
from hichat.signin.openid.names import free_name, label_of, shown_name

if TYPE_CHECKING:
    from hichat.accounts.accounts import Accounts
    from hichat.accounts.grants import Grant
    from hichat.accounts.users import User
    from hichat.signin.openid.provider import ProvenUser, Provider
    from hichat.signin.openid.rules import RoleRules
    from hichat.storage.store import Store

AWAY_LIMIT = 24 * 3600
"""Seconds for which sessions go on while the provider does not answer."""

UNREFRESHED_LIMIT = 12 * 3600
"""Seconds after which a session is over about which the provider cannot be asked: it gave no refresh token."""

AWAY_PAUSE = 10.0
"""Seconds for which a worker asks about no session, after the provider has not answered about one."""

_FLOW, _REFRESH, _REFRESH_TOLD = b"flow", b"refresh", b"refresh told"
# A refresh token is sealed as the last one if the user info has told the claim of the rules: if that lacks the claim
# later, the provider has taken it away.
_VIA = "oidc"


class Came(NamedTuple):
    """
    A browser has come back from the provider.

    @ivar grant: None: no one has logged in; a user who is signed in has linked an account.
    @ivar device: the name of the browser's device.
    @ivar secrets: the device secrets that the browser has, the newest first.
    """

    grant: Grant | None
    device: str
    secrets: Sequence[str]


class LetIn(Protocol):
    """Gives a device of a user tokens; see L{hichat.signin.ways.SignIn.came_by}."""

    def __call__(
        self, user: User, device: str, peer: tuple[str, str], via: str, secrets: Sequence[str], factor_done: bool
    ) -> Awaitable[Grant]: ...


class SingleSignOn:
    """
    @param rules: who gets which role; None: the provider's users get the role of members at first, and keep the one
        that they are given here.
    @param key: the tokens' key.
    @param let_in: gives a device of a user tokens, once it is certain who it is.
    @param new_device: makes a name for a browser's device, of what the person would recognise it by.
    @param now: the time in milliseconds since the epoch.
    @param ticks: milliseconds of a monotonic clock.
    @param passwords_on: whether passwords let in others than owners.
    @ivar name: what the provider is called, for people.
    @ivar dependants: decides about the other ways in of the provider's users.
    """

    def __init__(
        self,
        provider: Provider,
        name: str,
        rules: RoleRules | None,
        accounts: Accounts,
        store: Store,
        key: bytes,
        let_in: LetIn,
        new_device: Callable[[str], str],
        now: Callable[[], int],
        ticks: Callable[[], int],
        note: Note = no_notes,
        passwords_on: bool = True,
    ) -> None:
        self._log = Logger()
        self.name = name
        self._provider = provider
        self._rules = rules
        self._accounts = accounts
        self._store = store
        self._sealing = Sealing(key, b"hichat-openid")
        self._let_in = let_in
        self._new_device = new_device
        self._now = now
        self._ticks = ticks
        self._note = note
        self._away_at: int | None = None
        self.dependants = Dependants(
            provider.issuer, store, accounts.sessions, self._answer, self._end, now, note, passwords_on
        )

    # Coming in

    async def begin(
        self, redirect: str, device: str, label: str, secrets: Sequence[str], address: str, link: User | None = None
    ) -> tuple[str, str]:
        """
        Send a browser to the provider.

        @param redirect: where the provider is to send it back.
        @param device: the name of the browser's device; empty: it has none yet.
        @param label: what the person would recognise the browser by.
        @param link: the user who wants to link an account; None: somebody wants to log in.
        @return: the address to go to, and the cookie to keep.
        @raise ProviderAway: the provider does not answer.
        """
        flow = begin_flow(
            self._now(), redirect, device, label, list(secrets), link.id if link else 0, link.generation if link else 0
        )
        while len(cookie := self._sealed(flow)) > FLOW_CHARACTERS and flow.secrets:
            flow = shorter(flow)
        whose = link.id if link else 0
        try:
            url = await self._provider.begin(redirect, flow.state, flow.nonce, flow.verifier)
        except Refused as e:
            self._note(Entry(act=BEGIN_SIGN_ON, outcome=e.code, actor=whose, whose=whose, address=address, via=_VIA))
            raise
        self._note(Entry(act=BEGIN_SIGN_ON, outcome=BEGUN, actor=whose, whose=whose, address=address, via=_VIA))
        return url, cookie

    async def finish(self, cookie: str, answer: Mapping[str, str], peer: tuple[str, str]) -> Came:
        """
        A browser comes back from the provider.

        @param answer: the parameters of the address that it comes back to.
        @raise StrangeReturn: it was not sent, or not now, or came back before.
        @raise ProviderRefused: the provider, or the user there, says no.
        @raise ProviderAway: the provider does not answer.
        @raise BadProof: what it answers proves nothing.
        @raise NotWelcome: no rule lets the user in.
        @raise Disabled: the account here is disabled.
        @raise Refused: by what gives tokens, or L{IdentityTaken <hichat.core.errors.IdentityTaken>}.
        """
        try:
            flow = await self._flow(cookie, answer)
            person = await self._person(flow, answer)
        except Refused as e:
            self._note(Entry(act=END_SIGN_ON, outcome=e.code, address=peer[0], via=_VIA))
            raise
        if flow.link:
            await self._link(flow, person, peer[0])
            return Came(None, flow.device, flow.secrets)
        return await self._log_in(flow, person, peer)

    async def _flow(self, cookie: str, answer: Mapping[str, str]) -> Flow:
        """@return: what the browser had with it. It is used up, whatever comes next."""
        sealed, now = _unpacked(cookie), self._now()
        content = self._sealing.open(sealed, _FLOW) if sealed else None
        flow = None if content is None else msgspec.msgpack.decode(content, type=Flow)
        if flow is None or answer.get("state") != flow.state:
            raise StrangeReturn
        if not is_within(now, flow.expires, FLOW_LIFETIME * 1000):
            raise StrangeReturn
        if not await self._store.write(identities.spend, digest(flow.state), flow.expires, now):
            raise StrangeReturn
        return flow

    async def _person(self, flow: Flow, answer: Mapping[str, str]) -> ProvenUser:
        await self._provider.check_sender(answer.get("iss"))
        if "code" not in answer:
            said = answer.get("error", "")
            self._log.info("the provider has let nobody in: {error}", error=said[:40])
            raise ProviderAway if said in ("server_error", "temporarily_unavailable") else ProviderRefused
        return await self._provider.exchange(answer["code"], flow.verifier, flow.redirect, flow.nonce)

    async def _log_in(self, flow: Flow, person: ProvenUser, peer: tuple[str, str]) -> Came:
        whose = 0
        try:
            role = self._role_of(person)
            user, is_new = await self._user_of(person, role)
            whose = user.id
            if user.disabled:
                raise Disabled
        except Refused as e:
            self._note(Entry(act=LOG_IN, outcome=e.code, whose=whose, address=peer[0], via=_VIA))
            raise
        if not is_new:
            user = await self._in_role(user, role)
        device = flow.device or self._new_device(flow.label)
        try:
            grant = await self._let_in(user, device, peer, _VIA, flow.secrets, True)
        except DeviceRevoked:
            device = self._new_device(flow.label)
            grant = await self._let_in(user, device, peer, _VIA, flow.secrets, True)
        await self._store.write(identities.remember, self._session(person, grant))
        if not person.refresh:
            self._log.warn(
                "the provider gives no refresh token, so nobody can ask it whether a session may go on: it ends after "
                "{hours} hours",
                hours=UNREFRESHED_LIMIT // 3600,
            )
        newest = [grant.secret, *(secret for secret in flow.secrets if secret != grant.secret)]
        return Came(grant, device, newest)

    def _session(self, person: ProvenUser, grant: Grant) -> ProviderSession:
        now = self._now()
        issuer, sealed = self._provider.issuer, self._sealed_refresh(person.refresh, self._tells(person))
        return ProviderSession(
            grant.device, grant.session, grant.user.id, issuer, person.subject, person.session, sealed, now, now, None
        )

    def _role_of(self, person: ProvenUser) -> ServerRole | None:
        """
        @return: the role that the provider gives; None: it gives none, and the user keeps the one that is here.
        @raise NotWelcome: no rule lets the user in.
        """
        if self._rules is None:
            return None
        role = self._rules.role_of(person.claims)
        if role is None:
            raise NotWelcome
        return role

    async def _user_of(self, person: ProvenUser, role: ServerRole | None) -> tuple[User, bool]:
        """@return: the user of an account at the provider, and whether the account here is a new one."""
        for _ in range(3):
            try:
                return await self._store.write(self._find_or_make, person, role)
            except (IntegrityError, NameRefused):
                # Another worker has let the same user in at this moment, or somebody has taken the name.
                continue
        raise ProviderAway

    def _find_or_make(self, connection: Connection, person: ProvenUser, role: ServerRole | None) -> tuple[User, bool]:
        now, label = self._now(), label_of(person.claims)
        found = identities.find(connection, self._provider.issuer, person.subject)
        if found is not None:
            identities.note_use(connection, found.id, label, now)
            return users.get(connection, found.user), False
        user = self._make(connection, person.claims, role or ServerRole.MEMBER)
        identities.link(connection, user.id, self._provider.issuer, person.subject, label, now)
        return user, True

    def _make(self, connection: Connection, claims: Mapping[str, Any], role: ServerRole) -> User:
        name = free_name(claims, lambda given: self._accounts.registrar.check_name(connection, given))
        user = self._accounts.registrar.add_hashed(connection, name, "", _fields(claims))
        shown = shown_name(claims)
        if shown and shown != name:
            # If others have it, or it speaks for the server, the name will do.
            with suppress(NameRefused, InvalidField), connection.begin_nested():
                self._accounts.profiles.change_fields(connection, user, {"display_name": shown})
        if role is not user.role:
            users.set_role(connection, user.id, role, self._now())
        return users.get(connection, user.id)

    async def _in_role(self, user: User, role: ServerRole | None) -> User:
        """@return: the user, in the role that the provider gives; but the last owner stays one."""
        if role is None or role is user.role:
            return user
        try:
            changed = await self._accounts.status.set_role(user.id, role)
        except LastOwner:
            self._log.warn("user {user} stays the server's owner, as there is no other", user=user.id)
            return user
        detail = msgspec.json.encode({"before": user.role.word, "after": role.word}).decode()
        self._note(Entry(act=PROVIDER_ROLE, whose=user.id, via=_VIA, detail=detail))
        return changed

    # Linking

    async def _link(self, flow: Flow, person: ProvenUser, address: str) -> None:
        entry = Entry(act=LINK_IDENTITY, actor=flow.link, whose=flow.link, address=address, via=_VIA)

        def change(connection: Connection) -> None:
            user = users.find(connection, flow.link)
            if user is None or user.disabled or user.generation != flow.generation:
                raise Unauthorized
            issuer, label = self._provider.issuer, label_of(person.claims)
            identities.link(connection, user.id, issuer, person.subject, label, self._now())

        try:
            self._role_of(person)
            await self._store.write(change)
        except Refused as e:
            self._note(msgspec.structs.replace(entry, outcome=e.code))
            raise
        self._note(entry)

    async def linked(self, user: User) -> list[Identity]:
        """@return: the accounts at providers that are linked to a user."""
        return await self._store.read(identities.of_user, user.id)

    async def unlink(self, user: User, identity: int) -> None:
        """
        Unlink an account at a provider. The user's sessions that came by it end.

        @raise NoSuchIdentity: it is none of the user's.
        @raise LastWay: the user has no password that lets in.
        """

        def change(connection: Connection) -> Sequence[ProviderSession]:
            found = identities.unlink(connection, user.id, identity)
            if not self._accounts.guard.has_password(connection, user.id):
                raise LastWay
            return identities.of_linked(connection, user.id, found.issuer)

        for session in await self._store.write(change):
            await self._end(session)

    # Staying

    async def check(self, device: int, number: int) -> None:
        """
        A session is about to be refreshed: ask the provider whether it may go on, if it came from there.

        @raise Unauthorized: it may not. It has ended.
        """
        session = await self._store.read(identities.session_of, device, number)
        if session is None:
            await self.dependants.check_session(device)
            return
        now = self._now()
        if session.issuer != self._provider.issuer:
            await self._throw_out(session, "other_provider")
        if session.refresh is None:
            if abs(now - session.began_at) >= UNREFRESHED_LIMIT * 1000:
                await self._throw_out(session, "unrefreshed")
            return
        if not await self._store.write(identities.claim, device, number, now):
            return
        answer = await self._answer(session)
        if answer.is_no:
            await self._end(session)
            await self.dependants.refused(session.user)
        if answer.is_no or answer is ProviderSays.NOTHING_FOR_LONG:
            await self._throw_out(session, answer.value)

    async def _answer(self, session: ProviderSession) -> ProviderSays:
        now = self._now()
        try:
            await self._ask(session)
        except (ProviderAway, BadProof):
            await self._store.write(identities.unanswered, session.device, session.number, now)
            since = now if session.away_since is None else session.away_since
            return ProviderSays.NOTHING_FOR_LONG if abs(now - since) >= AWAY_LIMIT * 1000 else ProviderSays.NOTHING
        except (ProviderRefused, NotWelcome) as e:
            return ProviderSays.NOT_WELCOME if isinstance(e, NotWelcome) else ProviderSays.REFUSED
        return ProviderSays.YES

    async def _ask(self, session: ProviderSession) -> None:
        sealed = session.refresh or b""
        told = self._sealing.open(sealed, _REFRESH_TOLD)
        token = told or self._sealing.open(sealed, _REFRESH)
        if token is None:
            # The tokens' key is another one since.
            raise ProviderRefused
        if self._away_at is not None and self._ticks() - self._away_at < AWAY_PAUSE * 1000:
            raise ProviderAway

        async def keep(following: str) -> None:
            sealed = self._sealed_refresh(following, told is not None)
            await self._store.write(identities.keep_refresh, session.device, session.number, sealed)

        try:
            person = await self._provider.refresh(token.decode(), session.subject, keep)
        except ProviderAway:
            self._away_at = self._ticks()
            raise
        self._away_at = None
        await self._store.write(identities.confirmed, session, self._now())
        is_complete = person.complete or (told is not None and bool(person.user_info))
        if self._rules is not None and (is_complete or self._rules.is_told(person.claims)):
            role = self._role_of(person)
            await self._in_role(await self._store.read(users.get, session.user), role)

    async def _throw_out(self, session: ProviderSession, why: str) -> None:
        """@raise Unauthorized: always."""
        await self._end(session)
        detail = msgspec.json.encode({"reason": why}).decode()
        self._note(Entry(act=PROVIDER_ENDS, whose=session.user, device=session.device, via=_VIA, detail=detail))
        raise Unauthorized

    async def _end(self, session: ProviderSession) -> None:
        # It may have ended by itself.
        with suppress(NoSuchDevice):
            await self._accounts.sessions.sign_out_device(session.user, session.device, session=session.number)
        await self._store.write(identities.forget_session, session.device, session.number)

    async def log_out(self, token: str) -> None:
        """
        The provider says that somebody has logged out there (Back-Channel Logout): the sessions end.

        @raise BadProof: it is not the provider that says so.
        @raise ProviderAway: its keys cannot be had.
        """
        claims = await self._provider.logged_out(token)
        subject, sid = (str(claims.get(name) or "") for name in ("sub", "sid"))
        before = round(claims["iat"] * 1000) + 1000
        for session in await self._store.read(identities.named_by, self._provider.issuer, subject, sid, before):
            await self._end(session)
            detail = msgspec.json.encode({"reason": "logged_out"}).decode()
            self._note(Entry(act=PROVIDER_ENDS, whose=session.user, device=session.device, via=_VIA, detail=detail))

    async def leave(self, back: str) -> str:
        """@return: where a browser logs out of the provider; empty: there is no such place, or nobody knows it now."""
        try:
            return await self._provider.log_out_url(back)
        except ProviderAway:
            return ""

    def _sealed(self, flow: Flow) -> str:
        return _packed(self._sealing.seal(msgspec.msgpack.encode(flow), _FLOW))

    def _sealed_refresh(self, token: str, is_told: bool) -> bytes | None:
        return self._sealing.seal(token.encode(), _REFRESH_TOLD if is_told else _REFRESH) if token else None

    def _tells(self, person: ProvenUser) -> bool:
        """@return: whether the user info tells the claim of the rules."""
        return self._rules is not None and self._rules.is_told(person.user_info)


def _fields(claims: Mapping[str, Any]) -> dict[str, str]:
    """@return: the fields of a new account's profile, as far as they are allowed here."""
    given = {"email": claims.get("email") if claims.get("email_verified") is True else None}
    given["avatar"] = claims.get("picture")
    found = {}
    for name, read in (("email", email_of), ("avatar", picture_of)):
        text = given[name]
        if isinstance(text, str) and (name == "email" or text.startswith("https://")):
            try:
                found[name] = read(text)
            except InvalidField:
                continue
    return found


def _packed(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


def _unpacked(text: str) -> bytes:
    try:
        return b64decode(text.encode() + b"=" * (-len(text) % 4), b"-_", validate=True)
    except ValueError:
        return b""
