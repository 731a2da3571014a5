"""What a line that is being typed may become: the names of commands, of users and of groups."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import NamedTuple

from twisted.internet.defer import Deferred

from hichat.client.commands import OfferedCommand
from hichat.client.inbox import Gate
from hichat.client.wire import ClientError
from hichat.core.text import name_key
from hichat.terminal.lines import OF_A_GROUP, OF_A_USER, OWN_COMMANDS, Chat, harmless

OFFERS_FRESH = 60.0
"""Seconds for which a list of the commands of a conversation is good."""


class WayOn(NamedTuple):
    """
    A way to go on with a line. It is safe to print; see L{harmless}.

    @ivar text: what takes the place of the end of the line.
    @ivar replaced: the number of characters at the end of the line that it replaces.
    @ivar about: what is said of it; may be empty.
    """

    text: str
    replaced: int
    about: str = ""


class LineCompletion:
    """
    Finds ways to go on with the lines of one user. The terminal's own commands come first, as they are called first.

    @param chat: knows the names, and the current conversation.
    @param ask: asks for the commands of a conversation.
    @param seconds: a clock.
    @ivar known: shut while commands are asked for.
    """

    def __init__(
        self,
        chat: Chat,
        ask: Callable[[str], Awaitable[Sequence[OfferedCommand]]],
        seconds: Callable[[], float],
    ) -> None:
        self.known = Gate()
        self._chat = chat
        self._ask = ask
        self._seconds = seconds
        self._offered: dict[str, Sequence[OfferedCommand]] = {}
        self._asked: dict[str, float] = {}

    def look(self, line: str) -> None:
        """
        A line is being typed. If it may become a command, ask for those of the conversation, in the background, unless
        that was done a moment ago.
        """
        peer = self._chat.peer
        if peer is None or not _is_command(line):
            return
        now, where = self._seconds(), peer.conversation
        if now - self._asked.get(where, float("-inf")) >= OFFERS_FRESH:
            self._asked[where] = now
            self.known.pauseProducing()
            Deferred.fromCoroutine(self._learn(where))

    def ways(self, line: str) -> list[WayOn]:
        """
        @param line: the line up to the cursor.
        @return: the ways to go on with it, as far as they are known.
        """
        if not _is_command(line):
            return []
        name, blank, argument = line.lstrip()[1:].partition(" ")
        name = name.lower()
        if not blank:
            return [*self._own(name), *self._of_others(name)]
        return self._names(name, argument.lstrip())

    async def _learn(self, where: str) -> None:
        try:
            self._offered[where] = await self._ask(where)
        except ClientError:
            # The next character asks again. Until then what was known is good.
            del self._asked[where]
        finally:
            self.known.resumeProducing()

    def _own(self, begun: str) -> Iterator[WayOn]:
        for name in sorted(OWN_COMMANDS):
            if name.startswith(begun):
                arguments = self._chat.arguments(name)
                yield WayOn(_typed(name, arguments), len(begun) + 1, arguments)

    def _of_others(self, begun: str) -> Iterator[WayOn]:
        peer = self._chat.peer
        commands = [] if peer is None else self._offered.get(peer.conversation, [])
        count = Counter(command.name for command in commands)
        for command in commands:
            name = harmless(command.name)
            if name in OWN_COMMANDS or count[command.name] > 1:
                # By its name alone it would be another one that is called.
                if not command.bot or " " in command.bot:
                    continue
                name = f"{name}@{harmless(command.bot)}"
            if name.lower().startswith(begun):
                yield WayOn(_typed(name, "".join(command.usages.values())), len(begun) + 1, self._chat.about(command))

    def _names(self, command: str, begun: str) -> list[WayOn]:
        key = name_key(begun)
        found: dict[str, str] = {}
        if command in OF_A_GROUP:
            found = {name: "" for name in self._chat.known_groups() if name_key(name).startswith(key)}
        elif command in OF_A_USER:
            for name, login in self._chat.known_users():
                if name_key(name).startswith(key):
                    found[name] = ""
                elif name_key(login).startswith(key):
                    found.setdefault(login, name)
        ways = [WayOn(harmless(name), len(begun), harmless(about)) for name, about in found.items()]
        return sorted(ways, key=lambda way: way.text.casefold())


def _is_command(line: str) -> bool:
    line = line.lstrip()
    return line.startswith("/") and not line.startswith("//")


def _typed(name: str, arguments: str) -> str:
    """@return: how the name of a command is typed: with a blank behind it if there is more to type."""
    return f"/{name} " if arguments else f"/{name}"
