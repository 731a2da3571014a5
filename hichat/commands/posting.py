"""
Calls of bots' commands, posted to an address: once, at once, by the worker that has taken the call.

The call is an event before that, so the bot finds it all the same. What the address answers becomes the bot's answer,
as if the bot had said it over HTTP. If the daemon dies meanwhile, nothing is posted again: the user sees that no answer
has come. Nobody waits for an address: neither the call, nor another one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any, Literal, NamedTuple

import msgspec
from msgspec import UNSET, UnsetType
from sqlalchemy import Connection
from twisted.internet.defer import Deferred
from twisted.logger import Logger

from hichat.accounts import bot_owners, users
from hichat.accounts.bot_passes import BotScope, name_of_place
from hichat.accounts.users import User
from hichat.commands import records
from hichat.commands.calls import CallAnswer, CalledBy, Calls
from hichat.commands.urls import CallSigner, CommandURLs
from hichat.commands.words import TROUBLES
from hichat.core.actions import SentChoice
from hichat.core.errors import BadURL, Language, NotPublic, Refused
from hichat.core.events import Event, Scope
from hichat.core.kinds import TRAITS, Format, Kind
from hichat.fetching.fetcher import Fetched, Fetcher, FetchFailed, FetchLimits, FetchTrouble
from hichat.hooks.incoming.slack import read_slack
from hichat.hooks.outgoing.signing import sign, webhook_body
from hichat.storage.store import Store
from hichat.wire import calls
from hichat.wire.calls import StoredCall
from hichat.wire.frames import Actions, MessageText

CALL_LIMITS = FetchLimits(seconds=6.0, body=64 * 1024)
"""Of one call; clients say after 8 seconds that a bot has not answered. No redirect is followed."""

CALLS_OF_BOT = 8
"""The most calls of one bot that a worker posts at a time."""

CALLS_OF_OWNER = 16
"""The most calls of all bots of one person that a worker posts at a time."""

CALLS_AT_ONCE = 32
"""The most calls that a worker posts at a time."""

_OF_SLACK = frozenset(("response_type", "blocks", "attachments"))
"""By one of these fields an answer is known as one in Slack's format."""


class PostedAnswer(msgspec.Struct):
    """
    The answer of an address, in HiChat's own format; see L{CallAnswer}.

    @ivar text: empty: there is no answer yet.
    """

    text: MessageText = ""
    to: Literal["asker", "all"] = "asker"
    format: Format | UnsetType = UNSET
    actions: Actions = []
    choice: SentChoice | UnsetType = UNSET


class _CallPost(NamedTuple):
    """
    A call that is to be posted.

    @ivar command: whose address it is.
    @ivar url: the address; empty: there is none any more.
    @ivar signer: None: nothing posts for the bot any more.
    @ivar owner: the person whose bot it is; for one of the server, the bot itself.
    """

    event: Event
    was: StoredCall
    command: str
    url: str
    signer: CallSigner | None
    user: User | None
    owner: int = 0


class CallPosts:
    """
    Posts calls, and takes the answers.

    @param answering: takes what bots answer.
    @param urls: what signs the calls.
    @param now: the time in milliseconds since the epoch.
    @ivar under_way: how many calls are posted now, by bot; C{of_owners}: by owner.
    """

    _log = Logger()

    def __init__(
        self, store: Store, answering: Calls, fetcher: Fetcher, urls: CommandURLs, now: Callable[[], int]
    ) -> None:
        self._store = store
        self._answering = answering
        self._fetcher = fetcher
        self.urls = urls
        self._now = now
        self.under_way: Counter[int] = Counter()
        self.of_owners: Counter[int] = Counter()

    def post(self, event: Event, language: Language) -> None:
        """
        Post a call, if it is one for an address. It goes on by itself.

        @param event: the call's, which was just stored.
        @param language: in which its user is told of troubles.
        """
        work = Deferred.fromCoroutine(self._work(event, language))
        work.addErrback(lambda failure: self._log.failure("a call was not posted", failure))

    async def _work(self, event: Event, language: Language) -> None:
        try:
            found = await self._store.read(self._find, event)
            if not found.url:
                return
            trouble, detail = await self._posted(found)
            if trouble:
                self._log.info("a call of bot {bot} has no answer: {why}", bot=event.target, why=detail or trouble)
                await self._tell(found, trouble, detail, language)
        except Refused as e:
            # Such as the store's being away, or a user who has blocked the bot.
            self._log.info("a call of bot {bot} has no answer: {why}", bot=event.target, why=e.code)

    async def _posted(self, found: _CallPost) -> tuple[str, str]:
        """@return: the trouble, one of L{TROUBLES}, and more about it; empty: there is none."""
        signer = found.signer
        if signer is None or not _reaches(signer, found):
            return "no_token", ""
        if self._is_busy(found):
            return "busy", ""
        self._count(found, 1)
        try:
            answer = await self._ask(found, signer)
        except FetchFailed as e:
            return ("busy" if e.trouble is FetchTrouble.BUSY else "no_answer"), e.trouble
        except (NotPublic, BadURL) as e:
            return "no_answer", e.code
        finally:
            self._count(found, -1)
        if not 200 <= answer.status < 300:
            return "bad_answer", f"HTTP {answer.status}"
        return await self._take(found, answer)

    def _is_busy(self, found: _CallPost) -> bool:
        under_way = self.under_way
        of_bot, of_owner = under_way[found.event.target], self.of_owners[found.owner]
        return of_bot >= CALLS_OF_BOT or of_owner >= CALLS_OF_OWNER or under_way.total() >= CALLS_AT_ONCE

    def _count(self, found: _CallPost, change: int) -> None:
        for counts, key in ((self.under_way, found.event.target), (self.of_owners, found.owner)):
            counts[key] += change
            if not counts[key]:
                del counts[key]

    async def _ask(self, found: _CallPost, signer: CallSigner) -> Fetched:
        event, body = found.event, told(found.event, found.was, found.command, found.user, signer.acting.user)
        headers = sign([signer.key], f"msg_call_{event.position}_{event.time}", self._now() // 1000, body)
        headers = {"Content-Type": "application/json", **headers}
        return await self._fetcher.post(found.url, body, headers, CALL_LIMITS, found.owner)

    async def _take(self, found: _CallPost, answer: Fetched) -> tuple[str, str]:
        try:
            said = read_answer(answer)
        except (ValueError, RecursionError):
            return "bad_answer", "unreadable"
        if said is None:
            return "", ""
        # The token may have ended while the address was asked.
        signer = await self._store.read(self.urls.signer, found.event.target, self._now())
        if signer is None:
            return "no_token", ""
        try:
            await self._answering.answer(_by(signer), found.event.position, said)
        except Refused as e:
            return "bad_answer", e.code
        return "", ""

    async def _tell(self, found: _CallPost, trouble: str, detail: str, language: Language) -> None:
        """Tell the user alone that there is no answer."""
        name = f"/{found.command}"
        words = TROUBLES[trouble].filled(name=name, why=detail).text(language)
        await self._answering.trouble(found.event, found.was, words)

    def _find(self, connection: Connection, event: Event) -> _CallPost:
        was = calls.read_call(event.body)
        command = was.command or was.under
        url = records.url_of(connection, event.target, command) if command else ""
        if not url:
            return _CallPost(event, was, command, "", None, None)
        signer = self.urls.signer(connection, event.target, self._now())
        owner = bot_owners.get(connection, event.target).owner or event.target
        return _CallPost(event, was, command, url, signer, users.find(connection, event.sender), owner)


def _by(signer: CallSigner) -> CalledBy:
    return CalledBy(signer.acting.user, signer.acting.device)


def _reaches(signer: CallSigner, found: _CallPost) -> bool:
    """@return: whether the token reads such calls, and may answer them."""
    shown = signer.acting.user.bot_pass
    place = _place(found.event, found.was)
    return shown is not None and BotScope.READ | BotScope.SEND in shown.scopes and shown.reaches(*place)


def _place(event: Event, was: StoredCall) -> tuple[Scope, int]:
    """@return: where a call was made, as its bot names it."""
    return (Scope.GROUP, was.group) if was.group else (Scope.USER, event.sender)


def told(event: Event, was: StoredCall, command: str, user: User | None, bot: User) -> bytes:
    """@return: the body: a call, with the names of who called what."""
    data: dict[str, Any] = {
        "call": event.position,
        "command": command,
        "conversation": name_of_place(_place(event, was)),
        "user": {"id": event.sender, "name": "", "displayName": ""} if user is None else _person(user),
        "bot": _person(bot),
        "time": event.time,
    }
    if event.kind == Kind.PRESSED:
        data |= {"message": event.subject, "action": was.action, "value": was.value}
    else:
        data["arguments"] = was.arguments
    return webhook_body(TRAITS[event.kind].name, event.time, data)


def _person(user: User) -> dict[str, Any]:
    return {"id": user.id, "name": user.name, "displayName": user.display_name}


def read_answer(found: Fetched) -> CallAnswer | None:
    """
    @return: what an address answers; None: it answers later.
    @raise ValueError: it is no answer.
    """
    if not found.body.strip():
        return None
    if not found.whole:
        raise ValueError("too long")
    kind = (found.headers.getRawHeaders("content-type") or [""])[0].partition(";")[0].strip().lower()
    if kind == "text/plain":
        return CallAnswer(found.body.decode())
    fields = msgspec.json.decode(found.body)
    if isinstance(fields, dict) and not _OF_SLACK.isdisjoint(fields):
        text = read_slack(fields).text
        to: Literal["asker", "all"] = "all" if fields.get("response_type") == "in_channel" else "asker"
        return CallAnswer(text, to, "markdown") if text else None
    said = msgspec.convert(fields, PostedAnswer)
    return CallAnswer(said.text, said.to, said.format, said.actions, said.choice) if said.text else None
