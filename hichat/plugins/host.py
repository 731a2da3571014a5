"""
The plugins of a host: one worker runs them for all of its workers.

Each of several hosts runs each plugin, so that each can answer HTTP calls; one of them, by duty, also has it follow
events. Where a plugin is in the log is in the store: another host goes on there. The host on duty makes the plugin's
bot; the others wait for it.

In the state directory::

    plugins/door.sock       the daemon's own door, for plugins
    plugins/NAME/           the plugin's own directory
    plugins/NAME.sock       where its process answers HTTP calls
    plugins/NAME.token      its bot's token, of this host
    plugins/NAME.json       how it is, for C{hichat plugins}
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any

import msgspec
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IDelayedCall, IProtocolFactory
from twisted.internet.task import deferLater
from twisted.logger import Logger

from hichat.accounts.bot_passes import BotScope
from hichat.core.errors import NameReserved, NameTaken, NoSuchBot, Refused, Unauthorized
from hichat.log.follower import AskWhetherOurs, always
from hichat.plugins.kept import KeptPlugin, find_kept, keep_bot, keep_place
from hichat.plugins.process import PluginProcess
from hichat.plugins.wire import PluginSetup, ReachedPlace
from hichat.runtime.doors import open_door
from hichat.storage.store import Store

if TYPE_CHECKING:
    from hichat.accounts.recognising import Recogniser
    from hichat.bots.bots import Bots

DUTY_LOOK = 2.0
"""Seconds between two looks whether it is this host whose plugins follow events, and whether a plugin has its bot."""

KEEP_PAUSE = 0.3
"""Seconds between two times at which a plugin's place is stored."""

TRY_AGAIN = 5.0
"""Seconds after which it is tried again to make a plugin's bot."""

FOLDER_OF_PLUGINS = "plugins"


class PluginState(msgspec.Struct):
    """
    How a plugin is, as C{hichat plugins} shows it.

    @ivar state: C{prepared}, C{starts}, C{runs}, or C{ended}: it waits to be started again.
    @ivar since: since when; seconds since the epoch.
    @ivar starts: how often it was started since the daemon was.
    @ivar follows: whether it hears of events here.
    @ivar status: the exit status of the last run, or the negative number of a signal; None: there is none.
    """

    state: str
    since: float
    starts: int = 0
    follows: bool = False
    status: int | None = None


def calls_path(state_dir: Path, name: str) -> Path:
    """@return: where a plugin's process answers HTTP calls."""
    return state_dir / FOLDER_OF_PLUGINS / f"{name}.sock"


class _Hosted:
    """A plugin, and its process."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.bot = 0
        self.token = ""
        self.place = ReachedPlace(0, "", "")
        self.has_place = False
        self.tries = 0
        self.ended_at: int | None = None
        self.keeping: IDelayedCall | None = None
        self.shown = PluginState("prepared", time.time())
        self.process: PluginProcess


class PluginHost:
    """
    @param names: the plugins to run; None: another worker of this host runs them.
    @param memory: bytes of memory of each.
    @param state_dir: the daemon's state directory.
    @param is_ours: asks whether the plugins of this host follow events.
    @ivar processes: of all plugins.
    """

    _log = Logger()

    def __init__(
        self,
        reactor: Any,
        names: Sequence[str] | None,
        memory: int,
        store: Store,
        recogniser: Recogniser,
        bots: Bots,
        state_dir: Path,
        is_ours: AskWhetherOurs = always,
        command: Sequence[str] | None = None,
    ) -> None:
        self._reactor = reactor
        self._memory = memory
        self._store = store
        self._recogniser = recogniser
        self._bots = bots
        self._state_dir = state_dir
        self._directory = state_dir / FOLDER_OF_PLUGINS
        self._is_ours = is_ours
        self._site: IProtocolFactory | None = None
        self._door: Any = None
        self._leads = False
        self._work: list[Deferred[None]] = []
        self._stopped = False
        self._runs_here = names is not None
        self._plugins = {name: _Hosted(name) for name in names or ()}
        for plugin in self._plugins.values():
            plugin.process = self._make_process(plugin, command)

    @property
    def processes(self) -> list[PluginProcess]:
        """The processes, of which each runs or not."""
        return [plugin.process for plugin in self._plugins.values()]

    def serve(self, site: IProtocolFactory) -> None:
        """Serve this site at the plugins' door, from L{start} on."""
        self._site = site

    def running(self) -> Mapping[str, float]:
        """@return: by the plugin's name: 1 if it has started, else 0."""
        return {name: float(plugin.process.is_ready) for name, plugin in self._plugins.items()}

    def starts(self) -> Mapping[str, float]:
        """@return: by the plugin's name: how often it was started."""
        return {name: float(plugin.process.starts) for name, plugin in self._plugins.items()}

    def left_out(self) -> Mapping[str, float]:
        """@return: by the plugin's name: the number of its lines that did not get into the log."""
        return {name: float(plugin.process.left_out) for name, plugin in self._plugins.items()}

    def start(self) -> None:
        """Open the door, and start the plugins."""
        if self._runs_here:
            self._forget_others()
        if not self._plugins:
            return
        self._directory.mkdir(mode=0o700, exist_ok=True)
        door = open_door(self._directory / "door.sock")
        self._door = self._reactor.adoptStreamPort(door.fileno(), socket.AF_UNIX, self._site)
        door.close()
        self._spawn(self._begin())

    def stop(self) -> None:
        """Start nothing more. The processes are stopped by the caller. May be called again."""
        self._stopped = True
        work, self._work = self._work, []
        for each in work:
            each.cancel()
        for plugin in self._plugins.values():
            if plugin.keeping is not None and plugin.keeping.active():
                plugin.keeping.cancel()
        if self._door is not None:
            door, self._door = self._door, None
            door.stopListening()

    def _forget_others(self) -> None:
        """What a daemon before has said of plugins that this one does not run is true no more."""
        for path in self._directory.glob("*.json"):
            if path.stem not in self._plugins:
                with suppress(OSError):
                    path.unlink()

    def _spawn(self, work: Any) -> None:
        started = Deferred.fromCoroutine(work)
        self._work.append(started)
        started.addErrback(self._failed)
        started.addBoth(lambda _: self._done(started))

    def _done(self, work: Deferred[None]) -> None:
        if work in self._work:
            self._work.remove(work)

    def _failed(self, failure: Any) -> None:
        if not failure.check(CancelledError):
            self._log.failure("plugins: something has failed", failure)

    # The start

    async def _begin(self) -> None:
        self._leads = await self._ask()
        for plugin in self._plugins.values():
            self._spawn(self._begin_one(plugin))
        while True:
            await deferLater(self._reactor, DUTY_LOOK)
            leads = await self._ask()
            if leads is not self._leads:
                await self._change(leads)

    async def _ask(self) -> bool:
        try:
            return await self._is_ours()
        except Refused:
            return False

    async def _change(self, leads: bool) -> None:
        """From now on the plugins of this host follow events, or do not any more."""
        self._leads = leads
        # Those that are still being prepared begin as it is then.
        for plugin in [each for each in self._plugins.values() if each.token]:
            if leads:
                await self._again(lambda plugin=plugin: self._prepare(plugin))  # type: ignore[misc]
            plugin.process.let_go()

    async def _begin_one(self, plugin: _Hosted) -> None:
        """Find or make the plugin's bot and its token, and start it."""
        while not await self._again(lambda: self._prepare(plugin)):
            await deferLater(self._reactor, DUTY_LOOK)
        if not self._stopped:
            (self._directory / plugin.name).mkdir(mode=0o700, exist_ok=True)
            plugin.process.start()

    async def _again(self, call: Callable[[], Awaitable[Any]]) -> Any:
        """Make a call, again and again while the store is away."""
        while True:
            try:
                return await call()
            except Refused as error:
                self._log.warn("plugins: {cause}; trying again", cause=error.text("en"))
            await deferLater(self._reactor, TRY_AGAIN)

    async def _prepare(self, plugin: _Hosted) -> bool:
        """@return: whether the plugin has its bot, and its place. One host alone makes a bot, or there would be two."""
        kept = await self._store.read(find_kept, plugin.name)
        path = self._directory / f"{plugin.name}.token"
        token = ""
        with suppress(OSError):
            token = path.read_text().strip()
        if kept is not None and token and await self._is_good(token, kept.bot):
            plugin.bot, plugin.token = kept.bot, token
            self._take_place(plugin, kept)
            return True
        if kept is not None:
            with suppress(NoSuchBot):
                plugin.token = await self._make_token(kept.bot, path)
                plugin.bot = kept.bot
                self._take_place(plugin, kept)
                return True
        if not self._leads:
            return False
        plugin.bot = await self._make_bot(plugin.name)
        await self._store.write(keep_bot, plugin.name, plugin.bot)
        self._take_place(plugin, await self._store.read(find_kept, plugin.name))
        plugin.token = await self._make_token(plugin.bot, path)
        return True

    async def _is_good(self, token: str, bot: int) -> bool:
        try:
            user, _ = await self._recogniser.identify(token)
        except Unauthorized:
            return False
        return user.id == bot

    async def _make_bot(self, name: str) -> int:
        for wanted in (name, f"{name}-plugin", f"{name}-{token_hex(3)}"):
            try:
                return (await self._bots.make(wanted, by_operator=True)).id
            except (NameTaken, NameReserved) as error:
                last = error
        raise last

    async def _make_token(self, bot: int, path: Path) -> str:
        """@raise NoSuchBot: there is no such bot any more."""
        scopes = BotScope.SEND | BotScope.READ | BotScope.MANAGE
        host = socket.gethostname()[:40]
        _, token = await self._bots.make_token(bot, f"plugin at {host} {token_hex(2)}", scopes)
        new = path.with_suffix(".new")
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(token)
        new.replace(path)
        return token

    # A plugin's life

    def _make_process(self, plugin: _Hosted, command: Sequence[str] | None) -> PluginProcess:
        def reached(place: ReachedPlace) -> None:
            # A process that was started again first tells the place where it begins.
            if place.cursor != plugin.place.cursor:
                plugin.tries = 0
            plugin.place, plugin.has_place = place, True
            if plugin.keeping is None and self._leads and not self._stopped:
                plugin.keeping = self._reactor.callLater(KEEP_PAUSE, self._keep, plugin)

        def went(status: int) -> None:
            if plugin.has_place:
                if plugin.ended_at != plugin.place.cursor:
                    plugin.tries = 1
                elif plugin.process.is_at_event:
                    # Other ends are not the event's: by a call, at the start, or because duty has changed.
                    plugin.tries += 1
                plugin.ended_at = plugin.place.cursor
            self._show(plugin, "ended", status)

        return PluginProcess(
            self._reactor,
            plugin.name,
            str(self._directory / plugin.name),
            lambda: self._setup_of(plugin),
            lambda: self._show(plugin, "runs"),
            reached,
            went,
            command,
        )

    def _setup_of(self, plugin: _Hosted) -> PluginSetup:
        self._show(plugin, "starts", starts=plugin.process.starts + 1)
        place = plugin.place
        return PluginSetup(
            plugin=plugin.name,
            directory=str(self._directory / plugin.name),
            door=str(self._directory / "door.sock"),
            calls=str(calls_path(self._state_dir, plugin.name)),
            bot=plugin.bot,
            token=plugin.token,
            memory=self._memory,
            follows=self._leads,
            cursor=place.cursor if plugin.has_place else None,
            epoch=place.epoch,
            check=place.check,
            tries=plugin.tries,
        )

    def _take_place(self, plugin: _Hosted, kept: KeptPlugin | None) -> None:
        if kept is not None:
            plugin.place, plugin.has_place = ReachedPlace(kept.cursor, kept.epoch, kept.check), True

    def _keep(self, plugin: _Hosted) -> None:
        plugin.keeping = None
        self._spawn(self._keep_place(plugin.name, plugin.place))

    async def _keep_place(self, name: str, place: ReachedPlace) -> None:
        # The store logs its failures; a later place is stored.
        with suppress(Refused):
            await self._store.write(keep_place, name, place.cursor, place.epoch, place.check)

    def _show(self, plugin: _Hosted, state: str, status: int | None = None, starts: int | None = None) -> None:
        shown = plugin.shown
        plugin.shown = PluginState(
            state,
            time.time(),
            plugin.process.starts if starts is None else starts,
            self._leads,
            shown.status if status is None else status,
        )
        path = self._directory / f"{plugin.name}.json"
        with suppress(OSError):
            new = path.with_suffix(".new")
            new.write_bytes(msgspec.json.encode(plugin.shown))
            new.replace(path)
