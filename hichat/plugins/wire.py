"""What the daemon and the process of a plugin tell each other, over the socket of L{hichat.runtime.child}."""

from __future__ import annotations

import msgspec

MESSAGE_LIMIT = 64 * 1024
"""The most bytes of a message of a plugin's process."""

TRIES = 5
"""So often an event is tried on which the process ends; then it is left out."""

SIDE_BY_SIDE = 16
"""The most HTTP calls of a plugin that are under way in one process of the daemon."""

CALL_SECONDS = 10.0
"""Seconds that a plugin has for the answer to an HTTP call."""

ANSWER_LIMIT = 4 * 1024 * 1024
"""The most bytes of such an answer."""

CALLER_HEADER = "HiChat-User"
"""The header by which a plugin is told the id of the user who calls. The daemon takes it from no caller."""

CALLER_NAME_HEADER = "HiChat-User-Name"
"""The header with that user's name, in percent-encoding."""


class PluginSetup(msgspec.Struct, array_like=True):
    """
    The first message to the process.

    @ivar plugin: the name of the entry point.
    @ivar directory: the plugin's own directory.
    @ivar door: the path of the daemon's Unix socket.
    @ivar calls: the path of the Unix socket at which the process answers HTTP calls.
    @ivar bot: the id of the plugin's bot.
    @ivar token: the bot's.
    @ivar memory: bytes that the plugin may have, on top of what the process has without it.
    @ivar follows: whether it hears of events.
    @ivar cursor: the place in the log; None: none is known.
    @ivar tries: how often the process has ended without coming further than that: for the first time whatever it was,
        then on the event behind it.
    @ivar epoch: of which log the cursor is a place; as for C{check} see L{hichat.client.connection.Client}.
    """

    plugin: str
    directory: str
    door: str
    calls: str
    bot: int
    token: str
    memory: int
    follows: bool
    cursor: int | None = None
    epoch: str = ""
    check: str = ""
    tries: int = 0


class AskAlive(msgspec.Struct, array_like=True):
    """The daemon asks whether the process still turns; it answers with L{IsAlive}."""


class IsAlive(msgspec.Struct, array_like=True, tag=1):
    """The process still turns."""


class IsReady(msgspec.Struct, array_like=True, tag=2):
    """The plugin is loaded, and has started."""


class BeginsEvent(msgspec.Struct, array_like=True, tag=4):
    """The plugin gets the next event now. Only a process tells it that follows one that has ended at the same place."""


class ReachedPlace(msgspec.Struct, array_like=True, tag=3):
    """The plugin is done with all events up to this place."""

    cursor: int
    epoch: str
    check: str


FromPlugin = IsAlive | IsReady | ReachedPlace | BeginsEvent
