"""
What a call of a hook says: its body and headers, read as the program that calls writes them.

The program is named by the last part of the address; without it the body is a message in Slack's format.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from typing import NamedTuple

from hichat.core.errors import Language, NoHookText, NoSuchTemplate, WrongSignature
from hichat.hooks.incoming.bodies import read_payload
from hichat.hooks.incoming.message import HookMessage
from hichat.hooks.incoming.slack import read_slack
from hichat.hooks.incoming.templates.alerts import signed_by_grafana, tell_alertmanager, tell_grafana
from hichat.hooks.incoming.templates.github import signed_by_github, tell_github
from hichat.hooks.incoming.templates.gitlab import tell_gitlab
from hichat.hooks.incoming.templates.telling import Happening

MESSAGE_BODY = 128 * 1024
"""Bytes of a body that is a message: all of it is shown."""

TEMPLATE_BODY = 1024 * 1024
"""Bytes of a body of which a template shows some."""


class HookCall(NamedTuple):
    """
    A call of a hook.

    @ivar body: at most L{size_of} its template.
    @ivar header: gives a header by its name; empty: it is not there.
    @ivar language: in which the hook shows what other programs tell.
    """

    body: bytes
    header: Callable[[str], str]
    language: Language


class Template(NamedTuple):
    """
    How a program calls.

    @ivar read: makes the message of a call. Its text is empty if nothing is to be shown.
    @ivar is_signed: whether a call is signed with a key.
    @ivar key: the header by which a repeated call is known; empty: there is none of its own.
    @ivar size: the most bytes of a body.
    @ivar tells: whether there are calls that show nothing, and are right all the same.
    """

    read: Callable[[HookCall], HookMessage]
    is_signed: Callable[[HookCall, str], bool]
    key: str = ""
    size: int = TEMPLATE_BODY
    tells: bool = True


def template_of(name: str) -> Template:
    """
    @param name: the part of the address behind the secret; empty: there is none.
    @raise NoSuchTemplate: there is none of this name.
    """
    found = _TEMPLATES.get(name)
    if found is None:
        raise NoSuchTemplate
    return found


def check_signature(template: Template, call: HookCall, key: str) -> None:
    """
    @param key: what the hook's callers sign with.
    @raise WrongSignature: this call is not signed with it.
    """
    if not template.is_signed(call, key):
        raise WrongSignature


def _slack(call: HookCall) -> HookMessage:
    return read_slack(read_payload(call.body, call.header("content-type")))


def _mattermost(call: HookCall) -> HookMessage:
    return read_slack(read_payload(call.body, call.header("content-type")), is_markdown=True)


def _telling(tell: Callable[[Happening], str], event: str = "", needs: str = "") -> Callable[[HookCall], HookMessage]:
    """
    @param event: the header that names the event.
    @param needs: the list that all its payloads have. What has neither that nor a text comes from another program:
        whoever has set it up is to see that.
    """

    def read(call: HookCall) -> HookMessage:
        payload = read_payload(call.body, call.header("content-type") or "application/json")
        text = tell(Happening(call.header(event) if event else "", payload, call.language))
        if needs and not text and not isinstance(payload.get(needs), list):
            raise NoHookText
        return HookMessage(text)

    return read


def _by_header(name: str) -> Callable[[HookCall, str], bool]:
    """@return: whether a header has the key itself."""
    return lambda call, key: hmac.compare_digest(call.header(name).encode(), key.encode())


def _by_bearer(call: HookCall, key: str) -> bool:
    return hmac.compare_digest(call.header("authorization").encode(), f"Bearer {key}".encode())


def _by_github(call: HookCall, key: str) -> bool:
    return signed_by_github(call.body, key, call.header("x-hub-signature-256"))


def _by_grafana(call: HookCall, key: str) -> bool:
    signature = call.header("x-grafana-alerting-signature")
    if not signature:
        return _by_bearer(call, key)
    return signed_by_grafana(call.body, key, signature, call.header("x-grafana-alerting-signature-timestamp"))


_SLACK = Template(_slack, _by_bearer, size=MESSAGE_BODY, tells=False)

_TEMPLATES: Mapping[str, Template] = {
    "": _SLACK,
    "slack": _SLACK,
    "mattermost": Template(_mattermost, _by_bearer, size=MESSAGE_BODY, tells=False),
    "github": Template(_telling(tell_github, "x-github-event"), _by_github, "x-github-delivery"),
    "gitlab": Template(_telling(tell_gitlab, "x-gitlab-event"), _by_header("x-gitlab-token")),
    "alertmanager": Template(_telling(tell_alertmanager, needs="alerts"), _by_bearer),
    "grafana": Template(_telling(tell_grafana, needs="alerts"), _by_grafana),
}
