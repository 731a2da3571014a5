"""Commands: C{/name arguments}, typed in a conversation. The built-in ones are done here; others are a bot's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import NamedTuple

import msgspec
from msgspec import UNSET, UnsetType
from sqlalchemy import Connection

from hichat.accounts import users
from hichat.accounts.users import User
from hichat.audit.book import Note, no_notes, recorded
from hichat.audit.entries import CHANGE_GROUP, Entry
from hichat.commands import records, reminders
from hichat.commands.calls import CallAnswer, CalledBy, Calls, Where
from hichat.commands.moments import wish_of, zone_of
from hichat.commands.parsing import is_name, parse
from hichat.commands.posting import CallPosts
from hichat.commands.records import COMMANDS_LIMIT, BotCommand, OfferedBy
from hichat.commands.words import ANSWERS, HELP
from hichat.core.errors import CommandUsage, InvalidField, Language, NoSuchCommand, NotForPeople, OnlyInGroups
from hichat.core.events import Scope
from hichat.core.lookalikes import is_imitation, look_of
from hichat.core.repeats import make_draft_key
from hichat.core.text import formed
from hichat.core.words import Words
from hichat.groups.rights import GroupAct, GroupRights
from hichat.groups.service import Groups
from hichat.pipeline.gateway.v2_session import SignedIn
from hichat.pipeline.gateway.writing import Writing, Written
from hichat.storage.store import Store
from hichat.wire import frames, v2


class CommandDone(NamedTuple):
    """
    The outcome of the call of a command.

    @ivar name: the command's name.
    @ivar text: the text for the asker alone; None: there is none.
    @ivar message: the id of the message that it has sent; 0: none.
    @ivar call: the id of the call of a bot, which may answer; 0: it was a built-in command.
    @ivar bot: the bot.
    @ivar online: whether it is online, or the command has an address; one that only makes calls over HTTP never is.
    """

    name: str
    text: Words | None = None
    message: int = 0
    call: int = 0
    bot: int = 0
    online: bool = False


class Asked(NamedTuple):
    """
    A command that was typed.

    @ivar arguments: the text behind its name.
    @ivar zone: the caller's time zone; see L{zone_of}.
    """

    by: CalledBy
    where: Where
    arguments: str
    zone: str = ""


class Commands:
    """
    The commands of a store.

    @param groups: changes a group's description.
    @ivar writing: writes messages for users.
    @param calls: calls the bots.
    @param posts: posts calls to addresses of bots.
    @param is_online: whether a user is online.
    @param set_away: see L{hichat.accounts.profiles.Profiles.set_away}.
    @param now: the time in milliseconds since the epoch.
    @param note: notes what an admin of a group does.
    """

    def __init__(
        self,
        store: Store,
        groups: Groups,
        writing: Writing,
        calls: Calls,
        posts: CallPosts,
        is_online: Callable[[int], bool],
        set_away: Callable[[User, str], Awaitable[User]],
        now: Callable[[], int],
        note: Note = no_notes,
    ) -> None:
        self._store = store
        self._groups = groups
        self.writing = writing
        self._calls = calls
        self._posts = posts
        self._is_online = is_online
        self._set_away = set_away
        self._now = now
        self._note = note
        self._built_in: Mapping[str, Callable[[Asked], Awaitable[CommandDone]]] = {
            "me": self._me,
            "topic": self._topic,
            "remind": self._remind,
            "away": self._away,
        }

    async def offered(self, user: User, where: Where) -> list[OfferedBy]:
        """
        @return: the commands of the bots that are in a conversation.
        @raise NotAMember: the user is not in the group.
        """
        return await self._store.read(_offered, user.id, where)

    async def call(self, by: CalledBy, where: Where, text: str, zone: str = "") -> CommandDone:
        """
        Do what a typed line says.

        @param zone: the caller's time zone; see L{zone_of}.
        @raise InvalidField: the line is no command.
        @raise NoSuchCommand: there is none of this name there.
        @raise Refused: by what the command does.
        """
        line = parse(text)
        if line is None:
            raise InvalidField("text")
        built_in = None if line.bot else self._built_in.get(line.name)
        if built_in is not None:
            return await built_in(Asked(by, where, line.arguments, zone))
        if where.scope == Scope.EVERYONE:
            raise NoSuchCommand
        event, duplicate, url = await self._calls.command(by, where, line)
        if url and not duplicate:
            self._posts.post(event, by.language)
        online = bool(url) or self._is_online(event.target)
        return CommandDone(line.name, call=event.position, bot=event.target, online=online)

    async def press(self, by: CalledBy, message: int, action: str, value: str) -> Written:
        """See L{Calls.press}."""
        written = await self._calls.press(by, message, action, value)
        if not written.duplicate:
            self._posts.post(written.event, by.language)
        return written

    async def answer(self, by: CalledBy, call: int, said: CallAnswer) -> Written:
        """See L{Calls.answer}."""
        return await self._calls.answer(by, call, said)

    async def take(self, who: SignedIn, said: frames.Calling, language: Language) -> msgspec.Struct:
        """
        Do what a frame of a session says.

        @return: the frame that answers it.
        @raise Refused: it is not done; see the other methods.
        """
        user = await self._store.read(users.get, who.user)
        if who.bot_pass is not None:
            user = user.by_bot_token(who.bot_pass)
        if who.by_app_password:
            # Which one does not matter here.
            user = user.by_app_password(1)
        by = CalledBy(user, who.device, 0 if said.counter is UNSET else said.counter, language=language)
        if isinstance(said, frames.Command):
            done = await self.call(by, Where(*v2.scope_of(said)), said.text, said.zone)
            text = "" if done.text is None else done.text.text(language)
            return frames.Commanded(
                ref=said.ref,
                name=done.name,
                text=text,
                message=done.message or UNSET,
                call=done.call or UNSET,
                bot=done.bot or UNSET,
                online=done.online,
            )
        if isinstance(said, frames.Press):
            written = await self.press(by, said.message, said.action, said.value)
        else:
            answer = CallAnswer(said.text, said.to, said.format, said.actions, said.choice)
            written = await self.answer(by, said.call, answer)
        event = written.event
        return frames.Ack(
            ref=said.ref,
            conversation=event.conversation,
            seq=event.seq,
            id=event.position,
            time=event.time,
            duplicate=written.duplicate,
        )

    # What a bot offers

    async def of_bot(self, bot: User) -> list[BotCommand]:
        """
        @return: a bot's commands, in its order.
        @raise NotForPeople: the user is none.
        """
        _check_bot(bot)
        return await self._store.read(records.of_bot, bot.id)

    async def register(self, bot: User, found: Sequence[BotCommand]) -> bool:
        """
        A bot has these commands from now on, and no others.

        @return: whether there are other addresses than before, or these act for another token.
        @raise NotForPeople: the user is none.
        @raise InvalidField: there are too many; or a name is not allowed, is used twice or is a built-in command's, or
            imitates another one or a built-in command's.
        @raise Refused: an address may not be set; see L{CommandURLs.replace<hichat.commands.urls.CommandURLs.replace>}.
        """
        _check_bot(bot)
        names = [each.name for each in found]
        if len(found) > COMMANDS_LIMIT or len(set(names)) < len(names):
            raise InvalidField("commands")
        # Letters of another width look like the usual ones.
        if not all(is_name(name) and formed("NFKC", name) == name and name not in HELP for name in names):
            raise InvalidField("name")
        looks = {look_of(name): name for name in HELP}
        if any(is_imitation(name, looks.setdefault(look_of(name), name)) for name in names):
            raise InvalidField("name")
        return await self._posts.urls.replace(bot, found)

    async def make_secret(self, bot: User) -> str:
        """
        @return: another secret that signs what is posted to a bot's addresses.
        @raise NotForPeople: the user is no bot.
        @raise TokenMayNot: the bot's token may not read.
        """
        _check_bot(bot)
        return await self._posts.urls.make_secret(bot)

    # The built-in ones

    async def _me(self, asked: Asked) -> CommandDone:
        """Send a message that tells what the user does."""
        if not asked.arguments:
            raise CommandUsage
        group = asked.where.group or UNSET
        other: int | UnsetType = asked.where.target if asked.where.scope == Scope.USER else UNSET
        by = asked.by
        counter = by.counter or UNSET
        said = frames.Send(user=other, group=group, text=asked.arguments, format="markdown", me=True, counter=counter)
        written = await self.writing.write(by.user, by.device, said, by.key)
        return CommandDone("me", message=written.event.position)

    async def _topic(self, asked: Asked) -> CommandDone:
        """Tell a group's description, or set it."""
        user, where, text = asked.by.user, asked.where, asked.arguments
        if where.scope != Scope.GROUP:
            raise OnlyInGroups
        if text:
            act = Entry(
                act=CHANGE_GROUP,
                actor=user.id,
                group=where.target,
                device=asked.by.device,
                via="v2",
                detail='{"command":"topic","description":"set"}',
            )
            with recorded(self._note, act):
                await self._groups.edit(user.id, where.target, {"description": text})
            return CommandDone("topic", ANSWERS["topic_set"])
        found = (await self._groups.view(user.id, where.target)).group.description
        return CommandDone("topic", ANSWERS["topic_is"].filled(text=found) if found else ANSWERS["no_topic"])

    async def _remind(self, asked: Asked) -> CommandDone:
        """Keep a reminder; list them, or cancel one."""
        user, zone, said = asked.by.user.id, zone_of(asked.zone), asked.arguments
        word, _, number = said.partition(" ")
        if word.lower() in ("list", "列表"):
            found = await self._store.read(reminders.of_user, user)
            lines = [f"{at}. {_moment(each.at, zone)} {each.text}" for at, each in enumerate(found, 1)]
            return CommandDone("remind", Words(*["\n".join(lines)] * 2) if lines else ANSWERS["no_reminders"])
        if word.lower() in ("cancel", "取消") and number.strip().isdecimal() and len(number) < 6:
            await self._store.write(reminders.cancel, user, int(number))
            return CommandDone("remind", ANSWERS["cancelled"])
        wish = wish_of(said, self._now(), zone)
        at = await self._store.write(reminders.add, user, wish.at, wish.text, _key_of(asked))
        return CommandDone("remind", ANSWERS["reminded"].filled(time=_moment(at, zone)))

    async def _away(self, asked: Asked) -> CommandDone:
        """The user is away, with a word about it or without one; or is back."""
        away = (await self._set_away(asked.by.user, asked.arguments)).away
        if away is None:
            return CommandDone("away", ANSWERS["is_back"])
        return CommandDone("away", ANSWERS["away_with"].filled(text=away) if away else ANSWERS["is_away"])


def _key_of(asked: Asked) -> bytes:
    """@return: by which a repetition is known: the caller's key, or the device's counter; empty: by nothing."""
    by = asked.by
    key = by.key.encode("utf-8", "surrogateescape")
    if by.counter and not key:
        # No header has such a sign.
        key = b"\0%d %d" % (by.device, by.counter)
    return make_draft_key(key, msgspec.json.encode((asked.arguments, asked.zone))) if key else b""


def _moment(at: int, zone: tzinfo) -> str:
    return f"{datetime.fromtimestamp(at / 1000, zone):%Y-%m-%d %H:%M}"


def built_in_at(where: Where) -> list[str]:
    """@return: the names of the built-in commands that a conversation has."""
    return [name for name in HELP if name != "topic" or where.scope == Scope.GROUP]


def _offered(connection: Connection, user: int, where: Where) -> list[OfferedBy]:
    if where.scope == Scope.GROUP:
        GroupRights(connection, where.target, user).ask(GroupAct.SEE_MEMBERS)
    return records.offered(connection, user, where.scope, where.target)


def _check_bot(user: User) -> None:
    if not user.bot:
        raise NotForPeople
