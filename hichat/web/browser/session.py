"""
A browser's session.

A refresh token is valid for 60 days, so a page's scripts must not see it. It is in a cookie that no script can read,
and that browsers send with these calls only, and never for a page of another site (C{HttpOnly}, C{Path=/session},
C{SameSite=Strict}: RFC 6265bis, 5.6). Another cookie has the device secrets of the last users who logged in, by which
the server recognises the browser at the next log-in: see L{hichat.accounts.known}. The page keeps access tokens, in
memory. Each call needs a JSON body or a method for which a page of another site would need a CORS preflight (Fetch),
and the server answers none. It also refuses calls of pages of other sites: see L{hichat.web.outside.Outside}.

Over TLS the cookies' names begin with C{__Secure-}, so an attacker cannot set them over a plain connection. Older
cookies have names without that, and the next refresh replaces them.

C{GET /session/ways} answers with L{BrowserWays}: what the form may offer. Of the others all calls but C{DELETE} answer
with a L{BrowserSession}. A browser that is not logged in gets 204 from
C{/session/refresh}.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager
from functools import partial
from typing import Annotated, TypeVar, cast

import msgspec
from msgspec import Meta
from twisted.internet.defer import CancelledError, Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET
from twisted.web.server import Request as AnyRequest

from hichat.accounts.accounts import Accounts
from hichat.accounts.grants import Grant
from hichat.accounts.guard import SECRETS
from hichat.accounts.users import User, check_person
from hichat.audit.book import Note, no_notes, recorded
from hichat.audit.entries import Entry
from hichat.core.errors import Broken, ChallengeOver, DeviceNeeded, DeviceRevoked, NotJSONType, Refused, Unauthorized
from hichat.signin.app_passwords import check_full
from hichat.signin.ceremonies import CHALLENGE_LIFETIME, PasskeyState, UsedCredential
from hichat.signin.factors import Totp
from hichat.signin.passkeys import PasskeyShown
from hichat.signin.ways import SignIn
from hichat.web.answers import to_json
from hichat.web.api.accounts import AnyName, AnyPassword, Password
from hichat.web.api.passkeys import PasskeyWanted, ask_for_passkey
from hichat.web.api.requests import read_body
from hichat.web.api.signing_in import AppCode, AppToSetUp, FactorShown, GivenEnrolment
from hichat.web.credentials import bearer, peer
from hichat.web.outside import outside_of
from hichat.web.problems import answer_problem
from hichat.web.site import Request

TOKEN_COOKIE = b"hichat_session"
DEVICE_COOKIE = b"hichat_device"
SECRETS_COOKIE = b"hichat_known"
PASSKEY_COOKIE = b"hichat_passkey"
_SECURE = b"__Secure-"
# RFC 6265bis, 4.1.3.1.
_PATH = b"/session"
_DEVICE_LIFETIME = 400 * 24 * 3600
# Seconds; browsers keep no cookie longer (RFC 6265bis, 5.5).
_DEVICE = re.compile(r"[A-Za-z0-9-]{1,48}")


BrowserLabel = Annotated[str, Meta(max_length=24, pattern=r"^[A-Za-z0-9-]+$")]


class BrowserLogin(msgspec.Struct, forbid_unknown_fields=True):
    """
    Who wants to come in.

    @ivar label: what the person would recognise the browser by.
    """

    name: AnyName
    password: AnyPassword
    label: BrowserLabel = "Browser"


class BrowserPasskey(msgspec.Struct, forbid_unknown_fields=True):
    """
    Who wants to come in by a passkey.

    @ivar state: as it came with the options.
    @ivar credential: what the browser gives.
    @ivar label: see L{BrowserLogin}.
    """

    state: PasskeyState
    credential: UsedCredential
    label: BrowserLabel = "Browser"


class BrowserPasswordChange(msgspec.Struct, forbid_unknown_fields=True):
    """Another password; all that is logged in but this is logged out."""

    old: AnyPassword
    new: Password


class BrowserWays(msgspec.Struct, frozen=True):
    """
    The ways in that a browser may offer to whoever wants to log in.

    @ivar password: by name and password.
    @ivar passkey: by a passkey alone.
    @ivar oidc: by the account of another service, of this name; empty: there is none.
    @ivar mail: who has forgotten the password gets a link by e-mail.
    """

    password: bool = True
    passkey: bool = False
    oidc: str = ""
    mail: bool = False


class Nothing(msgspec.Struct, forbid_unknown_fields=True):
    """An empty object."""


class BrowserSession(msgspec.Struct, omit_defaults=True):
    """
    The log-in of this browser.

    @ivar made: the time at which the account was made, in milliseconds since the epoch: after a backup was put back
        another account may get the same id, but never at the same time.
    @ivar device: the device's name, for C{hello}.
    @ivar expiresIn: seconds for which the access token is good.
    @ivar recoveryCodes: those that the log-in has made, to be shown once.
    """

    user: int
    made: int
    device: str
    accessToken: str  # noqa: N815
    expiresIn: int  # noqa: N815
    recoveryCodes: list[str] = []  # noqa: N815


PASSWORD_ONLY = BrowserWays()
"""Of a server on which nothing else is set up."""

T = TypeVar("T", bound=msgspec.Struct)
SessionCall = Callable[[Request], Awaitable[bytes]]


class SessionResource(Resource):
    """
    C{POST /session} logs in, C{DELETE} logs out; below it C{factor}, C{enrol}, C{refresh}, C{password} and C{ways}.

    @param ways: the ways in.
    """

    def __init__(
        self, accounts: Accounts, sign_in: SignIn, note: Note = no_notes, ways: BrowserWays = PASSWORD_ONLY
    ) -> None:
        super().__init__()
        calls = _Calls(accounts, sign_in, note)
        self.putChild(b"ways", SessionEndpoint({b"GET": _telling(ways)}))
        self._own = SessionEndpoint({b"POST": calls.log_in, b"DELETE": calls.log_out})
        self.putChild(b"factor", SessionEndpoint({b"POST": calls.show_factor}))
        self.putChild(b"passkey", _PasskeyResource(_PasskeyCalls(sign_in)))
        enrol = SessionEndpoint({b"POST": calls.enrol})
        enrol.isLeaf = False
        enrol.putChild(b"confirm", SessionEndpoint({b"POST": calls.confirm_enrolment}))
        self.putChild(b"enrol", enrol)
        self.putChild(b"refresh", SessionEndpoint({b"POST": calls.refresh}))
        self.putChild(b"password", SessionEndpoint({b"POST": calls.change_password}))

    def render(self, request: AnyRequest) -> bytes | int:
        """Answer a call of C{/session} itself."""
        return self._own.render(request)


class SessionEndpoint(Resource):
    """
    The calls of one path.

    @param calls: the calls by HTTP method.
    """

    _log = Logger()
    isLeaf = True

    def __init__(self, calls: dict[bytes, SessionCall]) -> None:
        super().__init__()
        self._calls = calls
        self.allowedMethods = tuple(calls)

    def render(self, request: AnyRequest) -> bytes | int:
        """Start the call. Its answer is written when the call has finished."""
        call = self._calls.get(request.method)
        if call is None:
            return super().render(request)
        called = cast(Request, request)
        work = Deferred.fromCoroutine(self._answer(call, called))
        called.notifyFinish().addErrback(lambda _gone: work.cancel())
        work.addErrback(self._failed, called)
        return NOT_DONE_YET

    async def _answer(self, call: SessionCall, request: Request) -> None:
        try:
            outside_of(request).check_origin(request)
            body = await call(request)
        except Refused as e:
            body = answer_problem(request, e)
        request.write(body)
        request.finish()

    def _failed(self, failure: Failure, request: Request) -> None:
        if failure.check(CancelledError):
            return
        self._log.failure("{method} {path} failed", failure, method=request.method, path=request.path)
        request.write(answer_problem(request, Broken()))
        request.finish()


class _PasskeyResource(Resource):
    """C{POST /session/passkey} logs in by a passkey; below it C{begin}, which asks for one."""

    def __init__(self, calls: _PasskeyCalls) -> None:
        super().__init__()
        self._own = SessionEndpoint({b"POST": calls.come})
        self.putChild(b"begin", SessionEndpoint({b"POST": calls.begin}))

    def render(self, request: AnyRequest) -> bytes | int:
        """Answer a call of C{/session/passkey} itself."""
        return self._own.render(request)


class _PasskeyCalls:
    """A passkey is asked of one browser: a cookie says which."""

    def __init__(self, sign_in: SignIn) -> None:
        self._sign_in = sign_in

    async def begin(self, request: Request) -> bytes:
        given = read_given(request, PasskeyWanted)
        # All its tabs have one cookie: what is asked in one of them stays good when another one asks.
        browser = cookie_of(request, PASSKEY_COOKIE) or secrets.token_urlsafe(24)
        asked = await ask_for_passkey(self._sign_in, given.ticket, browser)
        set_cookie(request, PASSKEY_COOKIE, browser, CHALLENGE_LIFETIME // 1000)
        return to_json(request, asked)

    async def come(self, request: Request) -> bytes:
        given = read_given(request, BrowserPasskey)
        browser = cookie_of(request, PASSKEY_COOKIE)
        if not browser:
            raise ChallengeOver
        shown = PasskeyShown(browser, given.state, given.credential)
        user = await self._sign_in.passkeys.come(shown, peer(request).address)
        come = partial(self._sign_in.came_by, user, via="passkey", secrets=secrets_of(request), factor_done=True)
        try:
            grant = await come(device_of(request) or new_device(given.label), peer(request))
        except DeviceRevoked:
            # As with a password.
            grant = await come(new_device(given.label), peer(request))
        return _logged_in(request, grant)


class _Calls:
    def __init__(self, accounts: Accounts, sign_in: SignIn, note: Note) -> None:
        self._accounts = accounts
        self._sign_in = sign_in
        self._note = note

    async def log_in(self, request: Request) -> bytes:
        given = read_given(request, BrowserLogin)
        who = given.name, given.password
        device = device_of(request) or new_device(given.label)
        try:
            grant = await self._sign_in.with_password(*who, device, peer(request), secrets_of(request))
        except DeviceRevoked:
            # The device of the cookie was revoked. The password is right, so log in as a new device.
            anew = new_device(given.label)
            grant = await self._sign_in.with_password(*who, anew, peer(request), secrets_of(request))
        return _logged_in(request, grant)

    async def show_factor(self, request: Request) -> bytes:
        given = read_given(request, FactorShown)
        remember, secrets = given.remember, secrets_of(request)
        grant = await self._sign_in.with_factor(
            given.ticket, given.answer(given.ticket), remember, peer(request), secrets
        )
        return _logged_in(request, grant)

    async def enrol(self, request: Request) -> bytes:
        given = read_given(request, GivenEnrolment)
        return to_json(request, AppToSetUp(*await self._sign_in.enrolling.begin(given.ticket)))

    async def confirm_enrolment(self, request: Request) -> bytes:
        given, secrets = read_given(request, AppCode), secrets_of(request)
        done = await self._sign_in.enrolling.confirm(given.ticket, Totp(given.code), peer(request), secrets)
        return _logged_in(request, done.grant, done.codes)

    async def refresh(self, request: Request) -> bytes:
        read_given(request, Nothing)
        token, device = cookie_of(request, TOKEN_COOKIE), device_of(request)
        if not token or not device:
            return _nobody(request)
        try:
            grant = await self._accounts.refresher.refresh(token, peer(request).address)
        except Unauthorized:
            return _nobody(request)
        return _granted(request, grant, device)

    async def change_password(self, request: Request) -> bytes:
        given = read_given(request, BrowserPasswordChange)
        user, number = await self._identify(request)
        device = device_of(request)
        if not device:
            raise DeviceNeeded
        with self._recorded("change_password", request, user, number):
            check_full(user)
            grant = await self._accounts.passwords.change_own(user, number, given.old, given.new, peer(request).address)
        return _granted(request, grant, device)

    async def log_out(self, request: Request) -> bytes:
        user, number = await self._identify(request)
        with self._recorded("log_out", request, user, number):
            await self._accounts.sessions.log_out(user, number)
        return _nobody(request)

    def _recorded(self, act: str, request: Request, user: User, device: int) -> AbstractContextManager[None]:
        address = peer(request).address
        entry = Entry(act=act, actor=user.id, whose=user.id, device=device, address=address, via="v2")
        return recorded(self._note, entry)

    async def _identify(self, request: Request) -> tuple[User, int]:
        token = bearer(request)
        if not token:
            raise Unauthorized
        user, number = await self._accounts.recogniser.identify(token)
        check_person(user)
        request.called_by(user.id)
        return user, number


def _telling(ways: BrowserWays) -> SessionCall:
    """@return: a call that answers with the ways in."""

    async def tell(request: Request) -> bytes:
        here = ways.passkey and outside_of(request).is_home(request)
        return to_json(request, msgspec.structs.replace(ways, passkey=here))

    return tell


def read_given(request: Request, kind: type[T]) -> T:
    """As L{read_body}, but C{Content-Type} is required: without it a page of another site would need no preflight."""
    if not request.getHeader("content-type"):
        raise NotJSONType
    return read_body(request, kind)


def secrets_of(request: Request) -> list[str]:
    """@return: the device secrets that the browser has."""
    return [secret for secret in cookie_of(request, SECRETS_COOKIE).split(".") if secret][:SECRETS]


def _logged_in(request: Request, grant: Grant, codes: Sequence[str] = ()) -> bytes:
    """
    Answer that a log-in is done.

    @param codes: recovery codes that were made with it.
    @return: the body.
    """
    keep_grant(request, grant, secrets_of(request))
    return _session(request, grant, grant.name, codes)


def _granted(request: Request, grant: Grant, device: str) -> bytes:
    """Answer with the next tokens of a device that is logged in."""
    _keep_tokens(request, grant, device)
    return _session(request, grant, device)


def _session(request: Request, grant: Grant, device: str, codes: Sequence[str] = ()) -> bytes:
    user = grant.user
    session = BrowserSession(user.id, user.created_at, device, grant.access, grant.access_lifetime, [*codes])
    return to_json(request, session)


def _nobody(request: Request) -> bytes:
    """Answer that nobody is logged in. The device's cookie stays, so that the next log-in is of the same device."""
    set_cookie(request, TOKEN_COOKIE, "", 0)
    request.setResponseCode(204)
    request.setHeader("Cache-Control", "no-store")
    return b""


def keep_grant(request: Request, grant: Grant, shown: Sequence[str]) -> None:
    """
    Let the browser keep what a log-in gives, but for the access token.

    @param shown: the device secrets that the browser has.
    """
    newest = [grant.secret, *(secret for secret in shown if secret != grant.secret)]
    set_cookie(request, SECRETS_COOKIE, ".".join(newest[:SECRETS]), _DEVICE_LIFETIME)
    _keep_tokens(request, grant, grant.name)


def _keep_tokens(request: Request, grant: Grant, device: str) -> None:
    set_cookie(request, TOKEN_COOKIE, grant.refresh, grant.refresh_lifetime)
    set_cookie(request, DEVICE_COOKIE, device, _DEVICE_LIFETIME)


def set_cookie(
    request: Request, name: bytes, value: str, lifetime: int, below: bytes = b"", same_site: bytes = b"strict"
) -> None:
    """
    Let a browser keep a cookie that no script sees.

    @param lifetime: seconds; 0: the browser forgets it.
    @param below: the path below C{/session} for which it is; empty: it is for all of them.
    @param same_site: C{strict}; or C{lax}: it comes with a link of another site, too.
    """
    outside = outside_of(request)
    secure = outside.is_secure(request)
    path = outside.prefix.encode("ascii") + _PATH + below
    changes = [(_SECURE + name if secure else name, value, lifetime)]
    if secure and request.getCookie(name) is not None:
        changes.append((name, "", 0))
    for each, content, seconds in changes:
        request.addCookie(
            each, content, path=path, max_age=str(seconds), secure=secure, httpOnly=True, sameSite=same_site
        )


def cookie_of(request: Request, name: bytes, *, old: bool = True) -> str:
    """
    @param old: whether over TLS, too, one will do that has the name for plain connections.
    @return: the value of a cookie; empty: there is none.
    """
    secure = outside_of(request).is_secure(request)
    value = request.getCookie(_SECURE + name) if secure else None
    if secure and not old:
        return (value or b"").decode("ascii", "replace")
    return (value or request.getCookie(name) or b"").decode("ascii", "replace")


def device_of(request: Request) -> str:
    """@return: the name of the browser's device; empty: it has none."""
    found = cookie_of(request, DEVICE_COOKIE)
    return found if _DEVICE.fullmatch(found) else ""


def new_device(label: str) -> str:
    """
    @param label: what the person would recognise the browser by.
    @return: a name for its device.
    """
    return f"{label}-{secrets.token_hex(4)}"
