"""
Hooks that are called: finds them by their secrets, and writes what they say.

Whoever tries secrets is limited by address, before the store is asked. Each hook has a limit of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from twisted.logger import Logger

from hichat.accounts.users import User
from hichat.core.emojis import emoji_of
from hichat.core.errors import (
    HookEnded,
    HookOff,
    HookTextTooLong,
    KeyUsed,
    NoHookText,
    NoSuchHook,
    NoSuchMedia,
    Refused,
    TooManyAttempts,
    TooManyRequests,
)
from hichat.core.events import ALL
from hichat.core.ports import ILimit, Runner
from hichat.hooks.incoming import records
from hichat.hooks.incoming.calls import HookCall, Template, check_signature
from hichat.hooks.incoming.mentioned import called_names, mentioned
from hichat.hooks.incoming.message import HookMessage
from hichat.hooks.incoming.parts import parts
from hichat.hooks.incoming.records import CalledHook, IncomingHook
from hichat.media.names import without_hidden
from hichat.runtime.limits import Attempts, Rate, address_keys
from hichat.wire import frames
from hichat.wire.frames import MENTIONS_LIMIT, TEXT_LIMIT

if TYPE_CHECKING:
    from hichat.hooks.incoming.service import IncomingHooks
    from hichat.pipeline.gateway.writing import Writing
    from hichat.storage.store import Store

WRONG_SECRETS = Rate(60, 60)
"""Wrong secrets from one address."""

MESSAGES_LIMIT = 16
"""The most messages that one text becomes."""

READ_AT_ONCE = 16 * 1024
"""Bytes of a body that is read at once; a larger one takes so long that others would wait."""

_OWN_FILE = re.compile(r"(?:https?://[^/?#]+)?(?:/[^?#]*)?(/v2/media/[A-Za-z0-9_-]{22})")

NOTED_STEP = 60 * 1000
"""Milliseconds after which the use of a hook is noted again."""


class HookCalls:
    """
    @ivar hooks: the hooks; opens what callers sign with.
    @param writing: writes the messages.
    @param limit: the calls of a hook.
    @param strangers: wrong secrets, by address; see L{WRONG_SECRETS}.
    @param now: the time in milliseconds since the epoch.
    @param in_thread: runs a function in a thread.
    """

    _log = Logger()

    def __init__(
        self,
        store: Store,
        hooks: IncomingHooks,
        writing: Writing,
        limit: ILimit,
        strangers: ILimit,
        now: Callable[[], int],
        in_thread: Runner,
    ) -> None:
        self._store = store
        self.hooks = hooks
        self._writing = writing
        self._limit = limit
        self._strangers = strangers
        self._now = now
        self._in_thread = in_thread

    async def find(self, secret: str, address: str) -> CalledHook:
        """
        @param secret: of a hook, or what a stranger tries.
        @param address: the caller's.
        @raise NoSuchHook: no hook has this secret.
        @raise TooManyRequests: there were too many wrong ones from this address.
        """
        attempts = Attempts()
        try:
            attempts.attempt(self._strangers, address_keys(address))
        except TooManyAttempts as e:
            raise TooManyRequests(e.retry_after or 1.0) from None
        found = await self._store.read(records.called, secret)
        if found is None:
            raise NoSuchHook
        attempts.forgive()
        return found

    async def said(self, called: CalledHook, template: Template, call: HookCall, key: str) -> None:
        """
        Write what a call says, and wait until it is durable.

        @param key: by which a repeated call is known; empty: there is none.
        @raise Refused: the call is wrong, or its message may not be written.
        """
        try:
            bot = _bot(called)
            try:
                self._limit.attempt(str(called.hook.id))
            except TooManyAttempts as e:
                raise TooManyRequests(e.retry_after or 1.0) from None
            await self._write(bot, called.hook, template, call, key)
        except Refused as e:
            await self._note(called.hook, "failed_at", e.code)
            raise
        await self._note(called.hook, "used_at", "")

    async def _write(self, bot: User, hook: IncomingHook, template: Template, call: HookCall, key: str) -> None:
        signed_with = self.hooks.key_of(hook)
        if signed_with:
            check_signature(template, call, signed_with)
        if len(call.body) > READ_AT_ONCE:
            message, texts = await self._in_thread(_read, template, call)
        else:
            message, texts = _read(template, call)
        if not texts and not template.tells:
            raise NoHookText
        if len(texts) > MESSAGES_LIMIT:
            raise HookTextTooLong
        own_key = "" if key else call.header(template.key) if template.key else ""
        picture = _picture(message.picture)
        for number, text in enumerate(texts):
            part = f"{key or own_key}{f' {number}' if number else ''}" if key or own_key else ""
            try:
                try:
                    await self._say(bot, hook, template, _frame(hook, message, text, picture), part)
                except NoSuchMedia:
                    # The message is worth more than the picture beside it.
                    picture = ""
                    await self._say(bot, hook, template, _frame(hook, message, text, picture), part)
            except KeyUsed:
                # A program that tells something again means the same, even if it is shown otherwise by now.
                if not own_key:
                    raise

    async def _say(self, bot: User, hook: IncomingHook, template: Template, said: frames.Send, key: str) -> None:
        # Who is called so elsewhere, such as at GitHub, may be somebody else here.
        names = [] if template.tells else called_names(said.text)
        if names:
            found = await self._store.read(mentioned, hook.group, names)
            said.mentions = [*said.mentions, *found][:MENTIONS_LIMIT]
        await self._writing.write(bot, hook.device, said, key, calls_all=hook.calls_all)

    async def _note(self, hook: IncomingHook, column: str, failure: str) -> None:
        """
        Note that a hook was used, or why it was not, for those who look after it.

        @param column: of the time.
        """
        now = self._now()
        before = hook.used_at if column == "used_at" else hook.failed_at
        if now - before < NOTED_STEP and failure in ("", hook.failure):
            return
        values: dict[str, object] = {column: now}
        if failure:
            values["failure"] = failure
        try:
            await self._store.write(records.change, hook.id, values)
        except Refused as e:
            # The call's outcome is another matter.
            self._log.warn("the use of a hook cannot be noted: {code}", code=e.code)


def _bot(called: CalledHook) -> User:
    """
    @return: the bot of a hook.
    @raise HookEnded: its group or its bot is gone for ever.
    @raise HookOff: its bot is disabled, or no member.
    """
    if called.is_group_gone or called.bot is None:
        raise HookEnded
    if not called.hook.is_on:
        raise HookOff
    return called.bot


def _read(template: Template, call: HookCall) -> tuple[HookMessage, list[str]]:
    """@return: what a call says, and the texts of the messages that it becomes."""
    message = template.read(call)
    return message, parts(message.text, TEXT_LIMIT)


def _frame(hook: IncomingHook, message: HookMessage, text: str, picture: str) -> frames.Send:
    """
    @param text: the message's, or a part of it.
    @param picture: what is shown beside it.
    @return: the frame of it. It has the hook's name, if it says no other: so it keeps that when the hook is removed.
    """
    calls_all = message.to_all and hook.calls_all
    return frames.Send(
        group=hook.group,
        text=text,
        format="markdown",
        mentions=[ALL] if calls_all else [],
        alias=frames.Alias(without_hidden(message.name).strip() or hook.name, picture),
    )


def _picture(picture: str) -> str:
    """@return: what may be shown beside a message: an emoji, or a file of this server; empty: the hook's picture."""
    emoji = emoji_of(picture)
    if emoji is not None:
        return emoji
    found = _OWN_FILE.fullmatch(picture)
    return found[1] if found else ""
