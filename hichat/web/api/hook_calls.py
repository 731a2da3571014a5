"""
Where other programs call hooks: C{POST /hooks/SECRET}, and C{/hooks/SECRET/TEMPLATE}.

Answers are plain text, as Slack's clients expect: C{ok}, or the code of an error and why. The secret is in the path: so
no log has the paths below C{/hooks} (see L{hichat.web.site.shown_path}).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web import http

from hichat.core.errors import Broken, FormTooLarge, MethodNotTaken, NoSuchHook, Refused
from hichat.hooks.incoming.called import HookCalls
from hichat.hooks.incoming.calls import TEMPLATE_BODY, HookCall, template_of
from hichat.hooks.incoming.records import CalledHook
from hichat.web.answers import answer_in_words, to_text
from hichat.web.api.requests import read_key
from hichat.web.complaints import HOOKS_PATH
from hichat.web.credentials import Identify, peer
from hichat.web.routes import Route, Routes
from hichat.web.site import Request, UploadPath

_log = Logger()


def hook_routes(calls: HookCalls) -> Routes:
    """@return: a leaf that answers all below C{/hooks}."""

    async def call(request: Request, secret: str, template: str = "") -> bytes:
        try:
            await _call(calls, request, secret, template)
        except Refused as e:
            return answer_in_words(request, e)
        return to_text(request, "ok")

    routes = [Route("POST", "/hooks/<secret>", call), Route("POST", "/hooks/<secret>/<template>", call)]
    return Routes(routes, _not_routed, _broken)


def hook_bodies(calls: HookCalls) -> dict[bytes, UploadPath]:
    """@return: how the site admits the bodies of calls: only for a secret that is right, and larger ones than forms."""

    async def gate(request: Request) -> Callable[[], None]:
        secret, _, name = request.path[len(HOOKS_PATH) :].decode("utf-8", "replace").partition("/")
        template_of(name)
        request.admitted = await _found(calls, request, secret)
        return _nothing

    return {HOOKS_PATH: UploadPath(gate, limit=TEMPLATE_BODY)}


def hook_callers(calls: HookCalls, otherwise: Identify) -> Identify:
    """@return: a function that identifies callers of hooks: they count as the hook's bot."""

    async def caller(request: http.Request) -> int:
        if not request.path.startswith(HOOKS_PATH):
            return await otherwise(request)
        secret = request.path[len(HOOKS_PATH) :].decode("utf-8", "replace").partition("/")[0]
        try:
            return (await calls.find(secret, peer(request).address)).hook.bot
        except Refused:
            return 0

    return caller


async def _call(calls: HookCalls, request: Request, secret: str, name: str) -> None:
    template = template_of(name)
    # The gate has found it, if there is a body.
    called = request.admitted if isinstance(request.admitted, CalledHook) else await _found(calls, request, secret)
    assert request.content is not None
    body = request.content.read(template.size + 1)
    if len(body) > template.size:
        raise FormTooLarge(template.size)

    def header(name: str) -> str:
        return request.getHeader(name) or ""

    await calls.said(called, template, HookCall(body, header, called.hook.language), read_key(request))


async def _found(calls: HookCalls, request: Request, secret: str) -> CalledHook:
    called = await calls.find(secret, peer(request).address)
    request.called_by(called.hook.bot)
    return called


def _nothing() -> None:
    """A body that was admitted holds nothing."""


def _not_routed(request: Request, allowed: Sequence[str]) -> bytes:
    if not allowed:
        return answer_in_words(request, NoSuchHook())
    request.setHeader("Allow", ", ".join(sorted(allowed)))
    return answer_in_words(request, MethodNotTaken())


def _broken(request: Request, failure: Failure) -> bytes:
    _log.failure("a call of a hook failed", failure)
    return answer_in_words(request, Broken())
