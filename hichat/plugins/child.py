"""
The process of one plugin. It limits itself before the plugin's code is loaded: the plugin gets no more memory, files
and processor time than the daemon can spare, sees no settings of the daemon, and ends with it.

It runs Twisted's reactor on asyncio: the plugin's methods are coroutines of asyncio.
"""

from __future__ import annotations

import asyncio
import ctypes
import logging
import os
import resource
import signal
import socket
import sys
from collections.abc import Awaitable, Coroutine, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import unquote

from twisted.internet import asyncioreactor
from twisted.logger import (
    FilteringLogObserver,
    LogLevel,
    LogLevelFilterPredicate,
    LogPublisher,
    globalLogBeginner,
    textFileLogObserver,
)

from hichat.plugins.wire import (
    CALL_SECONDS,
    CALLER_HEADER,
    CALLER_NAME_HEADER,
    TRIES,
    AskAlive,
    BeginsEvent,
    FromPlugin,
    IsAlive,
    IsReady,
    PluginSetup,
    ReachedPlace,
)
from hichat.runtime.channel import ProcessChannel, adopt

if TYPE_CHECKING:
    from twisted.web.server import Request as AnyRequest

    from hichat.client.connection import Client
    from hichat.client.http import Session
    from hichat.plugin import Plugin, PluginAnswer
    from hichat.wire.frames import Happened

OPEN_FILES = 256
"""The most open files of the process."""

FILE_SIZE = 1024 * 1024 * 1024
"""The most bytes of a file that it writes."""

NICENESS = 15
"""Users' messages come first."""

GOODBYE_SECONDS = 1.0
"""Seconds that the plugin has to stop."""

TELL_PAUSE = 0.2
"""Seconds between two times at which the daemon is told how far the plugin is."""

DAEMON_URL = "http://localhost"
"""The daemon, in URLs: the connection goes to its Unix socket."""

_PR_SET_PDEATHSIG = 1

_LEFT_OUT = frozenset(
    {"connection", "content-length", "content-type", "date", "server", "set-cookie", "transfer-encoding", "upgrade"}
)
"""Headers of an answer that are not the plugin's."""

T = TypeVar("T")

_log = logging.getLogger("hichat.plugins")


def limit_process(memory: int, parent: int) -> None:
    """
    Limit this process, for good.

    @param memory: bytes that it may have on top of what it has now.
    @param parent: the daemon's process id.
    """
    # The kernel ends this process when the daemon is gone, however that ended.
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    # Its own group: what the plugin starts is ended with it, and no terminal's signal comes here.
    os.setsid()
    os.nice(NICENESS)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limits = {
        resource.RLIMIT_AS: pages * resource.getpagesize() + memory,
        resource.RLIMIT_NOFILE: OPEN_FILES,
        resource.RLIMIT_FSIZE: FILE_SIZE,
        resource.RLIMIT_CORE: 0,
    }
    for kind, limit in limits.items():
        most = resource.getrlimit(kind)[1]
        value = limit if most == resource.RLIM_INFINITY else min(limit, most)
        resource.setrlimit(kind, (value, value))
    # Python is told of a file that grew too large by an error, and not by the process's end.
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    # The daemon blocks these in its children: see L{hichat.runtime.child}. What the plugin starts must hear them.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGTERM})


class OwnBot:
    """See L{hichat.plugin.PluginBot}."""

    def __init__(self, id: int, directory: Path, session: Session) -> None:
        self.id = id
        self.directory = directory
        self._session = session

    async def send(self, conversation: str, text: str, *, key: str = "", **fields: Any) -> int:
        """See L{hichat.plugin.PluginBot.send}."""
        found = await self.call("POST", f"/conversations/{conversation}/messages", {"text": text, **fields}, key=key)
        return int(found["id"])

    async def call(self, method: str, path: str, body: Any = None, *, key: str = "") -> Any:
        """See L{hichat.plugin.PluginBot.call}."""
        return await in_asyncio(self._session.call(method, path, body, key=key))


async def in_asyncio(work: Coroutine[Any, Any, T]) -> T:
    """Await a coroutine of Twisted in one of asyncio."""
    from twisted.internet.defer import Deferred

    return await Deferred.fromCoroutine(work).asFuture(asyncio.get_running_loop())


async def in_twisted(work: Awaitable[T]) -> T:
    """Await one of asyncio in a coroutine of Twisted."""
    from twisted.internet.defer import Deferred

    return await Deferred.fromFuture(asyncio.ensure_future(work))


class PluginRun:
    """
    The run of a plugin.

    @param tell: tells the daemon.
    """

    def __init__(self, reactor: Any, setup: PluginSetup, tell: Any) -> None:
        self._reactor = reactor
        self._setup = setup
        self._tell = tell
        self._plugin: Plugin | None = None
        self._client: Client | None = None
        self._place: ReachedPlace | None = None
        self._telling: Any = None

    async def run(self) -> None:
        """Load the plugin, and let it work, without an end."""
        from hichat.client.connection import Client
        from hichat.client.http import Api, Session
        from hichat.client.wire import Credentials
        from hichat.plugins.door import door_agent, door_endpoint

        setup = self._setup
        api = Api(self._reactor, DAEMON_URL, http=door_agent(self._reactor, setup.door), language="en")
        session = Session(api, Credentials(setup.bot, setup.token))
        if setup.follows:
            self._client = Client(
                self._reactor,
                DAEMON_URL,
                session.credentials,
                "plugin",
                since=setup.cursor,
                epoch=setup.epoch,
                check=setup.check,
                inbox_limit=64,
                language="en",
                endpoint=door_endpoint(self._reactor, setup.door),
            )
        plugin = self._plugin = load_plugin(setup.plugin)(OwnBot(setup.bot, Path(setup.directory), session))
        await in_twisted(plugin.started())
        if setup.follows:
            await in_twisted(offer_commands(plugin))
        listen_for_calls(self._reactor, setup.calls, plugin)
        self._tell(IsReady())
        if self._client is not None:
            await self._follow(plugin, self._client)

    async def _follow(self, plugin: Plugin, client: Client) -> None:
        from twisted.internet.task import deferLater

        from hichat.wire.frames import Happened

        await client.connected(timeout=None)
        self._come_to(client)
        self._reached()
        leaves_out = self._setup.tries >= TRIES
        async for item in client.events():
            if isinstance(item, Happened) and item.from_ != self._setup.bot:
                if leaves_out:
                    leaves_out = False
                    _log.error("event %d is left out: the process ended on it %d times", item.id, TRIES)
                else:
                    if self._setup.tries:
                        # The daemon hears of it before the event, on which the process may end.
                        self._tell(BeginsEvent())
                        await deferLater(self._reactor, 0)
                    await in_twisted(self._handle(plugin, item))
            self._come_to(client)
            if self._setup.tries:
                # So it does of this: the process may end on the next one.
                self._reached()
                await deferLater(self._reactor, 0)
            elif self._telling is None:
                self._telling = self._reactor.callLater(TELL_PAUSE, self._reached)

    async def _handle(self, plugin: Plugin, event: Happened) -> None:
        from hichat.plugin import EVENT_SECONDS

        try:
            await asyncio.wait_for(tell_plugin(plugin, event), EVENT_SECONDS)
        except TimeoutError:
            _log.error("event %d took longer than %g s, and is left", event.id, EVENT_SECONDS)
        except Exception:
            _log.exception("event %d has failed", event.id)

    def _come_to(self, client: Client) -> None:
        """All that the client has given is done; the cursor is ahead of that while an event is being handled."""
        if client.cursor is not None:
            self._place = ReachedPlace(client.cursor, client.epoch, client.check)

    def _reached(self) -> None:
        self._telling = None
        if self._place is not None:
            self._tell(self._place)

    async def stop(self) -> None:
        """Let the plugin stop, and tell the daemon how far it is."""
        self._reached()
        if self._plugin is not None:
            await in_twisted(asyncio.wait_for(self._plugin.stopped(), GOODBYE_SECONDS))


def load_plugin(name: str) -> type[Plugin]:
    """
    @raise TypeError: what the entry point names is no plugin.
    """
    from hichat.plugin import Plugin
    from hichat.plugins.installed import find_plugin

    found = find_plugin(name).load()
    if not (isinstance(found, type) and issubclass(found, Plugin)):
        raise TypeError(f"the entry point {name!r} names {found!r}, which is no subclass of hichat.plugin.Plugin")
    return found


async def tell_plugin(plugin: Plugin, event: Happened) -> None:
    """Tell the plugin of an event, by the method that is for such."""
    from msgspec import UNSET

    from hichat.plugin import PluginCommand, PluginMessage

    if event.kind == "message" and not event.recalled:
        await plugin.on_message(PluginMessage(plugin.bot, event))
    elif event.kind in ("commanded", "pressed") and event.called is not UNSET:
        command = PluginCommand(plugin.bot, event)
        answer = await plugin.on_command(command)
        if answer:
            await command.answer(answer)
    else:
        await plugin.on_event(event)


async def offer_commands(plugin: Plugin) -> None:
    """Tell the server which commands the plugin's bot has."""
    offered = [{"name": name, "description": {"en": text}} for name, text in plugin.commands.items()]
    await plugin.bot.call("PUT", "/bots/me/commands", {"commands": offered})


def listen_for_calls(reactor: Any, path: str, plugin: Plugin) -> None:
    """Answer HTTP calls at a Unix socket."""
    from twisted.web.resource import Resource
    from twisted.web.server import NOT_DONE_YET, Site

    from hichat.runtime.doors import open_door

    class Calls(Resource):
        isLeaf = True

        def render(self, request: AnyRequest) -> int:
            asyncio.ensure_future(answer_call(plugin, request))  # noqa: RUF006
            return NOT_DONE_YET

    site = Site(Calls())
    site.noisy = False
    site.log = lambda request: None  # type: ignore[method-assign]
    door = open_door(Path(path))
    reactor.adoptStreamPort(door.fileno(), socket.AF_UNIX, site)
    door.close()


async def answer_call(plugin: Plugin, request: AnyRequest) -> None:
    """Answer one HTTP call."""
    from hichat.plugin import PluginAnswer, PluginCall

    gone = request.notifyFinish()
    gone.addErrback(lambda _: None)
    headers = {
        name.decode("latin-1").lower(): values[-1].decode("latin-1")
        for name, values in request.requestHeaders.getAllRawHeaders()
    }
    user = int(headers.pop(CALLER_HEADER.lower(), "0") or 0)
    name = unquote(headers.pop(CALLER_NAME_HEADER.lower(), ""))
    query = {
        key.decode("utf-8", "replace"): values[0].decode("utf-8", "replace") for key, values in request.args.items()
    }
    assert request.content is not None
    path = unquote(request.path.decode("latin-1"))
    call = PluginCall(request.method.decode("ascii"), path, query, headers, request.content.read(), user, name)
    if not user and not plugin.open:
        answer = PluginAnswer({"code": "unauthorized"}, 401)
    else:
        answer = await _answer_of(plugin, call)
    if gone.called:
        return
    write_answer(request, answer)


async def _answer_of(plugin: Plugin, call: Any) -> PluginAnswer:
    from hichat.plugin import PluginAnswer

    try:
        found = await asyncio.wait_for(plugin.http(call), CALL_SECONDS)
        if not isinstance(found, PluginAnswer):
            raise TypeError(f"http() has returned {type(found).__name__}, not PluginAnswer")
    except TimeoutError:
        return PluginAnswer({"code": "plugin_late"}, 504)
    except Exception:
        _log.exception("a call has failed")
        return PluginAnswer({"code": "plugin_failed"}, 500)
    return found


def write_answer(request: AnyRequest, answer: PluginAnswer) -> None:
    """Send an answer."""
    request.setResponseCode(answer.status)
    request.setHeader("Content-Type", answer.type)
    for name, value in answer.headers.items():
        if name.lower() not in _LEFT_OUT:
            request.setHeader(name, value)
    request.setHeader("Content-Length", str(len(answer.body)))
    request.write(answer.body)
    request.finish()


def log_to_daemon() -> None:
    """What the plugin prints and logs goes to the outputs, which the daemon reads line by line."""
    for output in (sys.stdout, sys.stderr):
        output.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    levels = LogLevelFilterPredicate(LogLevel.warn)
    shown = FilteringLogObserver(textFileLogObserver(sys.stderr, timeFormat=""), [levels])
    globalLogBeginner.beginLoggingTo([LogPublisher(shown)], redirectStandardIO=False)
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(levelname)s: %(message)s")


class _Ending:
    """Ends the process once, in order if there is time."""

    def __init__(self, reactor: Any) -> None:
        self._reactor = reactor
        self.status = 0
        self.begun = False

    def end(self, status: int) -> None:
        if not self.begun:
            self.begun = True
            self.status = status
            self._reactor.callLater(0, self._reactor.stop)


def main(environment: Mapping[str, str]) -> int:
    """
    Run the plugin, until the daemon closes the socket, which is the standard input.

    @return: the exit status.
    """
    import msgspec

    parent = int(environment["HICHAT_PLUGIN_PARENT"])
    asyncioreactor.install()
    from twisted.internet import reactor
    from twisted.internet.defer import Deferred, succeed

    # Loaded before the limits, which count from here.
    import hichat.client.connection
    import hichat.client.http
    import hichat.plugin  # noqa: F401

    loop: Any = reactor
    ending = _Ending(loop)
    runs: list[PluginRun] = []

    def heard(message: bytes) -> None:
        if runs:
            msgspec.msgpack.decode(message, type=AskAlive)
            channel.send(IsAlive())
            return
        setup = msgspec.msgpack.decode(message, type=PluginSetup)
        limit_process(setup.memory, parent)
        log_to_daemon()
        runs.append(PluginRun(loop, setup, tell))
        Deferred.fromCoroutine(runs[0].run()).addErrback(failed)

    def failed(failure: Any) -> None:
        if not ending.begun:
            _log.error("the plugin cannot go on", exc_info=failure.value)
            ending.end(1)

    def tell(message: FromPlugin) -> None:
        if channel.transport is not None and channel.transport.connected:
            channel.send(message)

    def lost(_channel: ProcessChannel) -> None:
        stopping = Deferred.fromCoroutine(runs[0].stop()) if runs else succeed(None)
        stopping.addTimeout(GOODBYE_SECONDS, loop).addErrback(lambda _: None)
        stopping.addCallback(lambda _: ending.end(0))

    channel = ProcessChannel(heard, lost)
    with socket.socket(fileno=os.dup(0)) as end:
        # The plugin and what it starts get nothing from the daemon's socket.
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        loop.callWhenRunning(partial(adopt, loop, end, channel))
        loop.addSystemEventTrigger("before", "shutdown", lambda: ending.end(0))
        loop.run()
    return ending.status


if __name__ == "__main__":
    sys.exit(main(os.environ))
