"""
Calls of bots: by commands, by buttons and choices under their messages; and the bots' answers.

A call is an event in the conversation of the two, so a bot finds it wherever it looks for events, however late it comes
back. An answer for the user alone is an event there as well; one for all is a message of the bot where it was called.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

import msgspec
from msgspec import UNSET, UnsetType
from sqlalchemy import Connection

from hichat.accounts import guests, users
from hichat.accounts.users import User
from hichat.commands import records
from hichat.commands.parsing import TypedCommand
from hichat.commands.records import OfferedBy
from hichat.contacts.rights import are_contacts, has_blocked
from hichat.conversations import history
from hichat.core.actions import Action, ActionChoice, SentAction, SentChoice
from hichat.core.drafts import Draft, IOrigin
from hichat.core.errors import (
    AmbiguousCommand,
    Blocked,
    InvalidField,
    Language,
    MessageRecalled,
    NoSharedGroup,
    NoSuchAction,
    NoSuchCall,
    NoSuchCommand,
    NoSuchMessage,
    NotContacts,
    NotPermitted,
)
from hichat.core.events import Event, Scope
from hichat.core.kinds import CALLS, EDITS, Format, Kind
from hichat.core.lookalikes import is_imitation
from hichat.core.text import name_key
from hichat.core.words import DEFAULT
from hichat.groups.rights import GroupAct, GroupRights
from hichat.log import reading
from hichat.pipeline.gateway.writing import Writing, Written
from hichat.storage.store import Store
from hichat.storage.tables import is_of
from hichat.wire import calls, frames, stored, view
from hichat.wire.calls import StoredAnswer, StoredCall


class Where(NamedTuple):
    """
    A conversation, as one of its users names it.

    @ivar target: the other user's id, the group's, or 0.
    """

    scope: Scope
    target: int

    @property
    def group(self) -> int:
        """The group; 0: it is none's."""
        return self.target if self.scope == Scope.GROUP else 0


class Offering(NamedTuple):
    """
    What a message offers.

    @ivar bot: the id of its sender.
    @ivar group: the group in which it is; 0: it is in the conversation of the bot and the user.
    @ivar for_users: the only users who may use it; empty: all who see it.
    @ivar under: the command that the message answers; empty: it answers none.
    """

    bot: int
    group: int
    actions: list[Action]
    choice: ActionChoice | UnsetType
    for_users: list[int]
    under: str = ""

    def has(self, action: str, value: str) -> bool:
        """@return: whether there is such a button, or if there is a value, such an option of a choice."""
        if not value:
            return any(each.id == action for each in self.actions)
        choice = self.choice
        return choice is not UNSET and choice.id == action and any(each.value == value for each in choice.options)


class CalledBy(NamedTuple):
    """
    Who says something, and how a repetition of it is known.

    @ivar device: the number of the user's device, not 0.
    @ivar counter: of that device; 0: none.
    @ivar key: an idempotency key; empty: none.
    @ivar language: in which the user is told of troubles.
    """

    user: User
    device: int
    counter: int = 0
    key: str = ""
    language: Language = DEFAULT


class CommandCalled(NamedTuple):
    """
    The call of a command.

    @ivar event: its event.
    @ivar duplicate: whether that was there already.
    @ivar url: the address that it is posted to; empty: none.
    """

    event: Event
    duplicate: bool
    url: str


class CallAnswer(msgspec.Struct):
    """
    An answer to a call.

    @ivar to: the user alone who has called, or all who see where that was.
    """

    text: str
    to: Literal["asker", "all"] = "asker"
    format: Format | UnsetType = UNSET
    actions: list[SentAction] = []
    choice: SentChoice | UnsetType = UNSET


class Calls:
    """
    The calls of a store.

    @param now: the time in milliseconds since the epoch.
    @param contacts_only: whether only contacts may write to each other.
    """

    def __init__(self, store: Store, writing: Writing, now: Callable[[], int], contacts_only: bool) -> None:
        self._store = store
        self._writing = writing
        self._now = now
        self._contacts_only = contacts_only

    async def command(self, by: CalledBy, where: Where, line: TypedCommand) -> CommandCalled:
        """
        Call a command of a bot.

        @raise NoSuchCommand: no bot there has it.
        @raise AmbiguousCommand: several have it, or one that looks like it; and the line does not say whose is meant.
        @raise Refused: the user may not write there; or by the ledger, such as L{Busy}.
        """
        user = by.user
        found = await self._store.read(self._look_for, user.id, where, line)
        body = calls.written(StoredCall(command=line.name, arguments=line.arguments, group=where.group))

        def change(connection: Connection, draft: Draft, position: int) -> None:
            draft.target = self._find(connection, user.id, where, line).bot
            records.called(connection, position, self._now())

        def make(origin: IOrigin) -> Draft:
            kind, scope = Kind.COMMANDED, Scope.USER
            return Draft(kind, scope, user.id, found.bot, body, origin, 0, by.device, by.counter, change)

        written = await self._writing.put(user, by.device, make, by.key, body)
        return CommandCalled(*written, found.command.url)

    async def press(self, by: CalledBy, message: int, action: str, value: str) -> Written:
        """
        Press a button under a message of a bot, or choose there.

        @param action: the id of the button, or of the choice.
        @param value: of the option that is chosen; empty: a button is pressed.
        @raise NoSuchMessage: there is no such message, or it is not for the user to see.
        @raise MessageRecalled: it was recalled.
        @raise NoSuchAction: it has no such button or option any more.
        @raise NotPermitted: it is for others.
        @raise Refused: by the ledger, such as L{Busy}.
        """
        user = by.user
        found = await self._store.read(self._pressed, user.id, message, action, value)
        body = calls.written(StoredCall(action=action, value=value, group=found.group, under=found.under))

        def change(connection: Connection, draft: Draft, position: int) -> None:
            draft.target = self._pressed(connection, user.id, message, action, value).bot
            records.called(connection, position, self._now())

        def make(origin: IOrigin) -> Draft:
            kind, scope = Kind.PRESSED, Scope.USER
            return Draft(kind, scope, user.id, found.bot, body, origin, message, by.device, by.counter, change)

        said = msgspec.json.encode((message, action, value))
        return await self._writing.put(user, by.device, make, by.key, said)

    async def answer(self, by: CalledBy, call: int, said: CallAnswer) -> Written:
        """
        A bot answers a call: the user alone who has called, or all.

        @param call: the position of the call's event.
        @raise NoSuchCall: it is no call of this bot, or one of too long ago.
        @raise NotAMember: the bot is not in the group any more in which it was called.
        @raise TooManyAnswers: there are enough answers to it.
        @raise Refused: the bot may not write there; or by the ledger, such as L{Busy}.
        """
        bot = by.user
        found = await self._store.read(self._call, bot.id, call)
        was = calls.read_call(found.body)
        if bot.bot_pass is not None:
            bot.bot_pass.ask_place(*((Scope.GROUP, was.group) if was.group else (Scope.USER, found.sender)))
        make = self._to_all if said.to == "all" or not was.group else self._to_asker

        def change(connection: Connection, _draft: Draft, _position: int) -> None:
            if has_blocked(connection, found.sender, bot.id):
                raise Blocked
            if was.group:
                GroupRights(connection, was.group, bot.id).ask(GroupAct.SEE_MEMBERS)
            records.answered(connection, call, self._now())

        def made(origin: IOrigin) -> Draft:
            draft = make(bot, found, was, said, origin)
            draft.device, draft.counter, draft.change = by.device, by.counter, change
            return draft

        return await self._writing.put(bot, by.device, made, by.key, msgspec.json.encode((call, said)))

    async def trouble(self, call: Event, was: StoredCall, text: str) -> None:
        """
        Tell the user of a call, in the bot's name, why there is no answer. It needs no token of the bot: this is said
        by the server.

        @raise Blocked: the user has blocked the bot.
        @raise Refused: by the ledger, such as L{Busy}.
        """
        bot = await self._store.read(users.get, call.target)

        def change(connection: Connection, _draft: Draft, _position: int) -> None:
            if has_blocked(connection, call.sender, bot.id):
                raise Blocked

        def made(origin: IOrigin) -> Draft:
            draft = self._to_asker(bot, call, was, CallAnswer(text), origin)
            draft.change = change
            return draft

        await self._writing.put(bot, 0, made)

    def _to_asker(self, bot: User, call: Event, was: StoredCall, said: CallAnswer, origin: IOrigin) -> Draft:
        stored.check_text(said.text)
        if not said.text:
            raise InvalidField("text")
        stored.check_offers(said.actions, said.choice)
        answer = StoredAnswer(said.text, said.format, was.command, was.group, [*said.actions], said.choice)
        body = calls.written(answer)
        return Draft(Kind.ANSWERED, Scope.USER, bot.id, call.sender, body, origin, call.position)

    def _to_all(self, bot: User, call: Event, was: StoredCall, said: CallAnswer, origin: IOrigin) -> Draft:
        scope, target = (Scope.GROUP, was.group) if was.group else (Scope.USER, call.sender)
        frame = frames.Send(text=said.text, format=said.format, actions=said.actions, choice=said.choice)
        called = stored.CalledBefore(call.position, call.sender, was.command)
        body = stored.message_body(frame, bot.id, scope, target, called=called)
        return Draft(Kind.MESSAGE, scope, bot.id, target, body, origin)

    # What is there; functions of a connection

    def _look_for(self, connection: Connection, user: int, where: Where, line: TypedCommand) -> OfferedBy:
        found = self._find(connection, user, where, line)
        if not line.bot:
            names = (each.command.name for each in records.offered(connection, user, where.scope, where.target))
            # Letters and digits of ASCII imitate each other nowhere.
            if any(is_imitation(line.name, name) for name in names if not (name.isascii() and line.name.isascii())):
                raise AmbiguousCommand
        return found

    def _find(self, connection: Connection, user: int, where: Where, line: TypedCommand) -> OfferedBy:
        check_place(connection, user, where, self._now(), self._contacts_only)
        found = records.offered(connection, user, where.scope, where.target, line.name)
        if line.bot:
            found = [each for each in found if name_key(each.bot_name) == name_key(line.bot)]
        if not found:
            raise NoSuchCommand
        if len(found) > 1:
            raise AmbiguousCommand
        return found[0]

    def _call(self, connection: Connection, bot: int, call: int) -> Event:
        found = reading.find(connection, call)
        # Whether it is too long ago is asked behind the key: who repeats an answer gets the first one.
        if found is None or found.kind not in CALLS or found.target != bot or not found.body:
            raise NoSuchCall
        return found

    def _pressed(self, connection: Connection, user: int, message: int, action: str, value: str) -> Offering:
        found = self._offering(connection, user, message)
        if not found.has(action, value):
            raise NoSuchAction
        if found.for_users and user not in found.for_users:
            raise NotPermitted
        bot = users.find(connection, found.bot)
        if bot is None or not bot.bot or bot.disabled:
            raise NoSuchAction
        if found.group and GroupRights(connection, found.group, bot.id).role is None:
            raise NoSuchAction
        return found

    def _offering(self, connection: Connection, user: int, message: int) -> Offering:
        event = reading.find(connection, message)
        if event is not None and event.kind == Kind.ANSWERED and event.target == user:
            if not event.body:
                raise MessageRecalled
            said = calls.read_answer(event.body)
            under = _under(connection, event.subject)
            return Offering(event.sender, said.group, said.actions, said.choice, [], under)
        found = history.look_up(connection, user, message, is_of(EDITS))
        if found is None:
            raise NoSuchMessage
        if not found.message.body:
            raise MessageRecalled
        shown, group = view.folded(found), 0
        if found.message.scope == Scope.GROUP:
            group = found.message.target
            GroupRights(connection, group, user).ask(GroupAct.SEE_MEMBERS)
        under = "" if shown.called is UNSET or shown.called.id is UNSET else _under(connection, shown.called.id)
        return Offering(found.message.sender, group, shown.actions, shown.choice, shown.for_, under)


def _under(connection: Connection, call: int) -> str:
    """
    @param call: the position of what an answer names as its call.
    @return: the command that was called; for a button, that to whose answer it belongs; empty: none was.
    """
    found = reading.find(connection, call)
    if found is None or found.kind not in CALLS or not found.body:
        return ""
    was = calls.read_call(found.body)
    return was.command or was.under


def check_place(connection: Connection, user: int, where: Where, now: int, contacts_only: bool) -> None:
    """
    May the user call commands in this conversation? Whoever may write there may.

    @raise Refused: no; the error is the reason.
    """
    if where.scope == Scope.GROUP:
        GroupRights(connection, where.target, user, user, now).ask(GroupAct.CALL)
    elif where.scope == Scope.USER and where.target != user:
        if not guests.may_meet(connection, user, where.target):
            raise NoSharedGroup
        if has_blocked(connection, where.target, user):
            raise Blocked
        if contacts_only and not are_contacts(connection, user, where.target):
            raise NotContacts
