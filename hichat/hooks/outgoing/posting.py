"""One delivery: an event as JSON, signed, POSTed to a hook's URL."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

from twisted.internet.interfaces import IReactorTime

from hichat.accounts.users import User
from hichat.core.errors import BadURL, NotPublic
from hichat.core.events import Event, Scope
from hichat.core.kinds import TRAITS
from hichat.fetching.fetcher import Fetched, Fetcher, FetchFailed, FetchLimits
from hichat.hooks.outgoing.pages import HookPage
from hichat.hooks.outgoing.records import Delivery, OutgoingHook
from hichat.hooks.outgoing.signing import HookSecrets, sign, webhook_body
from hichat.wire import view

POST_LIMITS = FetchLimits(seconds=15.0, body=2048)
"""Of one delivery. No redirect is followed."""

ANSWER_KEPT = 500
"""The most characters of an answer that are kept."""

HOOK_PING = "ping"
"""What the name of a delivery's kind is that somebody asks for by hand, to try the URL."""

GONE_STATUS = 410

FIRST_PAUSE = 5.0
"""Seconds after the first try that failed; they double with each further one."""

LONGEST_HOOK_PAUSE = 15 * 60.0
"""The most seconds between two tries: so a receiver that was away for a day hears of it within a quarter of an hour."""

RETRY_AFTER_LIMIT = 24 * 3600.0
"""The most seconds for which a receiver may ask (C{Retry-After})."""


class Posted(NamedTuple):
    """
    What became of a delivery.

    @ivar retry_after: seconds for which the receiver asks to be left alone; 0: it does not.
    """

    delivery: Delivery
    retry_after: float = 0.0


class HookPost:
    """
    Delivers events.

    @param now: the time in milliseconds since the epoch.
    """

    def __init__(self, fetcher: Fetcher, secrets: HookSecrets, clock: IReactorTime, now: Callable[[], int]) -> None:
        self._fetcher = fetcher
        self._secrets = secrets
        self._clock = clock
        self._now = now

    def keys_of(self, hook: OutgoingHook) -> list[bytes]:
        """@return: the secrets that are good now; none: they were sealed by another key."""
        sealed = [hook.secret]
        if hook.old_secret is not None and self._now() < hook.old_until:
            sealed.append(hook.old_secret)
        return [key for each in sealed if (key := self._secrets.open(each, hook.mark)) is not None]

    async def deliver(self, hook: OutgoingHook, page: HookPage, event: Event, tries: int) -> Posted:
        """
        @param page: where the event is.
        @param tries: how often it was tried, with this.
        """
        kind = TRAITS[event.kind].name
        delivery = f"msg_{hook.mark}_{page.epoch}_{event.position}"
        return await self._post(hook, delivery, event.position, kind, told(hook, page, event), tries)

    async def ping(self, hook: OutgoingHook) -> Posted:
        """Try the URL with what is no event of the log."""
        now = self._now()
        body = webhook_body(HOOK_PING, now, {"hook": _hook(hook)})
        return await self._post(hook, f"msg_{hook.mark}_ping_{now}", 0, HOOK_PING, body, 1)

    async def _post(
        self, hook: OutgoingHook, delivery: str, position: int, kind: str, body: bytes, tries: int
    ) -> Posted:
        at, began = self._now(), self._clock.seconds()
        headers = {"Content-Type": "application/json"} | dict(sign(self.keys_of(hook), delivery, at // 1000, body))
        found: Fetched | None = None
        trouble = ""
        try:
            found = await self._fetcher.post(hook.url, body, headers, POST_LIMITS, hook.owner_id)
        except FetchFailed as e:
            trouble = str(e)[:400]
        except (NotPublic, BadURL) as e:
            trouble = e.code
        took = round((self._clock.seconds() - began) * 1000)
        answer = "" if found is None else _text(found.body)
        status = 0 if found is None else found.status
        return Posted(
            Delivery(position, kind, at, took, tries, status, trouble, answer),
            0.0 if found is None else retry_after(found, at),
        )


def told(hook: OutgoingHook, page: HookPage, event: Event) -> bytes:
    """@return: the body: the event as v2 shows it, and the names that it has only numbers of."""
    shown = view.happened(event, expired=event.position in page.expired)
    data: dict[str, Any] = {
        "event": shown,
        "sender": _person(page.people.get(event.sender)),
        "position": event.position,
        "epoch": page.epoch,
        "hook": _hook(hook),
    }
    if event.scope == Scope.GROUP:
        group = page.groups.get(event.target)
        data["group"] = {"id": event.target, "name": "" if group is None else group.name}
    return webhook_body(TRAITS[event.kind].name, event.time, data)


def _hook(hook: OutgoingHook) -> Mapping[str, Any]:
    return {"id": hook.id, "name": hook.name}


def _person(user: User | None) -> Mapping[str, Any] | None:
    if user is None:
        return None
    return {"id": user.id, "name": user.name, "displayName": user.display_name, "bot": user.bot}


def _text(body: bytes) -> str:
    text = body.decode("utf-8", "replace")
    return "".join(sign if sign.isprintable() or sign == "\n" else "�" for sign in text)[:ANSWER_KEPT]


def retry_after(found: Fetched, now: int) -> float:
    """
    @param now: milliseconds since the epoch.
    @return: seconds for which an answer asks to wait (RFC 9110, 10.2.3), as far as that is heeded; 0: it does not.
    """
    given = (found.headers.getRawHeaders("retry-after") or [""])[0].strip()
    if given.isdecimal() and given.isascii():
        wanted = float(given[:9])
    else:
        try:
            wanted = parsedate_to_datetime(given).timestamp() - now / 1000
        except (ValueError, OverflowError):
            return 0.0
    return min(max(wanted, 0.0), RETRY_AFTER_LIMIT)


def pause_after(tries: int, asked: float, chance: random.Random) -> float:
    """
    @param tries: how often it was tried, at least once.
    @param asked: see L{Posted}.
    @return: seconds until the next try; a fifth more or less, so that many hooks of one receiver do not come at once.
    """
    pause = min(FIRST_PAUSE * 2 ** min(tries - 1, 20), LONGEST_HOOK_PAUSE)
    return max(pause * chance.uniform(0.8, 1.2), asked)
