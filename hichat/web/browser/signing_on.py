"""
Single sign-on for browsers: C{GET /session/oidc} sends one to the provider, which sends it back to
C{/session/oidc/back}.

What the browser keeps meanwhile is in a cookie for these paths only. It is C{SameSite=Lax}, because the provider's page
sends the browser back: the cookies of the session, which are C{Strict}, do not come with that call, so what it needs of
them is in this one. Whatever becomes of a log-in, the browser is sent to one of a few fixed places of this page: no
parameter says where.

    - C{GET /session/oidc?label=L} begins a log-in; a link on a page of another site does not;
    - C{POST /session/oidc/link} begins to link an account to the user who is signed in, who shows the password again;
    - C{GET /session/oidc/back} ends either;
    - C{GET /session/oidc/leave} logs the browser out of the provider; a link on a page of another site does not;
    - C{POST /session/oidc/logout} is the provider's own: somebody has logged out there.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import msgspec
from twisted.internet.defer import CancelledError
from twisted.logger import Logger
from twisted.web.resource import Resource
from twisted.web.server import Request as AnyRequest

from hichat.core.errors import ForeignOrigin, MalformedForm, Refused, Unauthorized
from hichat.signin.app_passwords import check_full
from hichat.web.answers import to_json
from hichat.web.api.accounts import AnyPassword
from hichat.web.browser.session import (
    SessionEndpoint,
    cookie_of,
    device_of,
    keep_grant,
    read_given,
    secrets_of,
    set_cookie,
)
from hichat.web.credentials import bearer, peer
from hichat.web.outside import Origin, outside_of, source
from hichat.web.site import Request

if TYPE_CHECKING:
    from hichat.accounts.guard import Guard
    from hichat.accounts.recognising import Recogniser
    from hichat.signin.openid.sign_on import SingleSignOn

FLOW_COOKIE = b"hichat_oidc"
FLOW_SECONDS = 10 * 60

CAME_IN, LINKED, WENT_WRONG, LEFT = "came", "settings/security", "unwelcome", "chats"
"""The places of the page to which a browser is sent."""

_BELOW = b"/oidc"
_LABEL = re.compile(r"[A-Za-z0-9-]{1,24}")
_FORM_LIMIT = 64 * 1024


class LinkBegun(msgspec.Struct, forbid_unknown_fields=True):
    """
    Who wants to link an account of the provider.

    @ivar password: the user's own, here.
    """

    password: AnyPassword


class ProviderPlace(msgspec.Struct):
    """
    Where to go on.

    @ivar url: the provider's page.
    """

    url: str


class SignOnResource(Resource):
    """C{/session/oidc}, and what is below it."""

    def __init__(self, sso: SingleSignOn, recogniser: Recogniser, guard: Guard) -> None:
        super().__init__()
        calls = _SignOnCalls(sso, recogniser, guard)
        self._own = SessionEndpoint({b"GET": _moving(calls.begin)})
        self.putChild(b"back", SessionEndpoint({b"GET": _moving(calls.finish)}))
        self.putChild(b"leave", SessionEndpoint({b"GET": _moving(calls.leave)}))
        self.putChild(b"link", SessionEndpoint({b"POST": calls.link}))
        self.putChild(b"logout", SessionEndpoint({b"POST": calls.log_out}))

    def render(self, request: AnyRequest) -> bytes | int:
        """Answer a call of C{/session/oidc} itself."""
        return self._own.render(request)


def _moving(call: Callable[[Request], Awaitable[str]]) -> Callable[[Request], Awaitable[bytes]]:
    """
    @param call: gives the address to which the browser goes on.
    @return: the call, which sends the browser to a place of the page if it is refused.
    """

    async def move(request: Request) -> bytes:
        try:
            place = await call(request)
        except Refused as e:
            place = _place(request, WENT_WRONG, e.code)
        except CancelledError:
            raise
        except Exception:
            Logger().failure("{path} failed", path=request.path)
            place = _place(request, WENT_WRONG, "internal")
        request.setResponseCode(303)
        request.setHeader("Location", place)
        request.setHeader("Cache-Control", "no-store")
        request.setHeader("Referrer-Policy", "no-referrer")
        return b""

    return move


class _SignOnCalls:
    def __init__(self, sso: SingleSignOn, recogniser: Recogniser, guard: Guard) -> None:
        self._sso = sso
        self._recogniser = recogniser
        self._guard = guard

    async def begin(self, request: Request) -> str:
        if _is_strange(request):
            # Else any page could have somebody signed in with an account that the browser has at the provider.
            return _place(request, LEFT)
        label = _arguments(request).get("label", "")
        url, cookie = await self._sso.begin(
            f"{_site(request)}/session/oidc/back",
            device_of(request),
            label if _LABEL.fullmatch(label) else "Browser",
            secrets_of(request),
            peer(request).address,
        )
        _keep(request, cookie)
        return url

    async def link(self, request: Request) -> bytes:
        given = read_given(request, LinkBegun)
        token = bearer(request)
        if not token:
            raise Unauthorized
        user, number = await self._recogniser.identify(token)
        request.called_by(user.id)
        check_full(user)
        await self._guard.check_own(user, given.password, number)
        back, address = f"{_site(request)}/session/oidc/back", peer(request).address
        url, cookie = await self._sso.begin(back, device_of(request), "Browser", [], address, user)
        _keep(request, cookie)
        return to_json(request, ProviderPlace(url))

    async def finish(self, request: Request) -> str:
        cookie = cookie_of(request, FLOW_COOKIE, old=False)
        _keep(request, "")
        came = await self._sso.finish(cookie, _arguments(request), peer(request))
        if came.grant is None:
            return _place(request, LINKED)
        keep_grant(request, came.grant, came.secrets)
        return _place(request, CAME_IN)

    async def leave(self, request: Request) -> str:
        if _is_strange(request):
            return _place(request, LEFT)
        return await self._sso.leave(f"{_site(request)}/") or _place(request, LEFT)

    async def log_out(self, request: Request) -> bytes:
        body = request.content.read(_FORM_LIMIT) if request.content else b""
        try:
            token = parse_qs(body.decode("ascii"), max_num_fields=8).get("logout_token", [""])[0]
        except ValueError:
            raise MalformedForm from None
        await self._sso.log_out(token)
        request.setHeader("Cache-Control", "no-store")
        return b""


def _is_strange(request: Request) -> bool:
    """@return: whether a page of another site has sent the browser."""
    return request.getHeader("sec-fetch-site") in ("cross-site", "same-site")


def _keep(request: Request, cookie: str) -> None:
    set_cookie(request, FLOW_COOKIE, cookie, FLOW_SECONDS if cookie else 0, _BELOW, b"lax")


def _arguments(request: Request) -> dict[str, str]:
    """@return: the parameters of the address; of one that is there twice, none."""
    found = request.args or {}
    once = {name: values[0] for name, values in found.items() if len(values) == 1}
    return {name.decode("latin-1"): value.decode("utf-8", "replace") for name, value in once.items()}


def _place(request: Request, *parts: str) -> str:
    return f"{outside_of(request).prefix}/#/{'/'.join(parts)}"


def _site(request: Request) -> str:
    """
    @return: the site's address, as browsers know it.
    @raise ForeignOrigin: the request does not name it.
    """
    outside = outside_of(request)
    if outside.public is not None:
        return str(outside.public)
    hosts = [*source(request).hosts, request.getHeader("host") or ""]
    try:
        return str(Origin.parse(f"{'https' if outside.is_secure(request) else 'http'}://{hosts[0]}"))
    except ValueError:
        raise ForeignOrigin from None
