"""
Measures a daemon from outside, as its users see it. The clients use our own client library; if they run on the daemon's
machine, their cost counts as well. They run in processes of their own, see L{hichat.bench.crowd}. This module starts
the processes, tells them when to talk, and adds up their results.
"""

from __future__ import annotations

import contextlib
import os
import platform
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import msgspec
import treq
from twisted.internet import task
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.protocol import ProcessProtocol
from twisted.internet.task import deferLater
from twisted.python.failure import Failure

from hichat.bench.crowd import CrowdShare, Plan, Tally
from hichat.client.http import Api, Session
from hichat.client.wire import ClientError, Credentials, Refused, Unreachable, whole
from hichat.core.errors import StartError
from hichat.core.events import FIRST_GROUP_ID
from hichat.runtime.clock import make_steady

CASES = ("pairs", "spread", "groups", "connects", "idle")

LAST_DELIVERIES_TIMEOUT = 10.0
"""Seconds to wait at the end for messages that have not come yet."""


def processes() -> int:
    """@return: the default number of the clients' processes: one a core, but one core is left to the daemon."""
    return max(1, (os.cpu_count() or 1) - 1)


class Report(msgspec.Struct, omit_defaults=True):
    """
    The results of a run.

    @ivar processes: the number of the clients' processes.
    @ivar connect_seconds: seconds until all clients were connected and caught up.
    @ivar window: messages that each sender had under way.
    @ivar sent: messages that were acked.
    @ivar delivered: deliveries that came.
    @ivar per_second: deliveries a second in the measured time.
    @ivar lost: deliveries that did not come.
    @ivar doubled: messages that came twice, or after a later one of their sender.
    @ivar failed: messages that were not acked.
    @ivar latency_ms: milliseconds from the call to the delivery, by percentile.
    @ivar clients_busy: the part of a core that the busiest of the clients' processes used. Near 1, the measurement
        shows the limit of the clients, not of the server.
    @ivar connection_kib: the growth of the server's memory for each connection, in KiB; None: it is not known.
    @ivar servers: the URLs of the servers.
    @ivar limited_by: the setting that held the senders back; empty: none did.
    """

    case: str
    connections: int
    processes: int
    machine: str
    connect_seconds: float
    connects_per_second: float
    window: int = 0
    sent: int = 0
    delivered: int = 0
    per_second: float = 0.0
    lost: int = 0
    doubled: int = 0
    failed: int = 0
    latency_ms: dict[str, float] = {}
    clients_busy: float = 0.0
    connection_kib: float | None = None
    limited_by: str = ""
    servers: list[str] = []

    @property
    def is_clean(self) -> bool:
        """Whether every message came, once and in order."""
        return not (self.lost or self.doubled or self.failed)


class ClientProcess(ProcessProtocol):
    """
    A process of clients, seen from its parent.

    @param told: called after each report.
    @ivar tally: the last report.
    @ivar gone: fires when the process has ended.
    """

    transport: Any

    def __init__(self, told: Callable[[], None]) -> None:
        self.tally = Tally()
        self.gone: Deferred[None] = Deferred()
        self._told = told
        self._rest = b""

    def outReceived(self, data: bytes) -> None:  # noqa: N802
        """A part of a report, or several reports, have come."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self.tally = msgspec.json.decode(line, type=Tally)
            self._told()

    def say(self, line: bytes) -> None:
        """Send a command."""
        self.transport.write(line + b"\n")

    def processEnded(self, reason: Any) -> None:
        """The process has ended."""
        if self.tally.phase != "over":
            self.tally.error = self.tally.error or "a process of clients has ended"
            self._told()
        self.gone.callback(None)


class Measurement:
    """
    One run.

    @param tokens: the tokens of users 1, 2...
    @param progress: called with the number of further connections or deliveries.
    """

    def __init__(self, reactor: Any, plan: Plan, tokens: Sequence[str], progress: Callable[[int], object]) -> None:
        self._reactor = reactor
        self._plan = plan
        self._tokens = tokens[: plan.connections]
        self._progress = progress
        self._members: list[ClientProcess] = []
        self._shown = 0
        self._awaited: tuple[Deferred[None], str] | None = None

    async def run(self) -> Report:
        """
        Measure.

        @raise ClientError: a client could not connect, a message was refused, or there are no groups.
        """
        if self._plan.case == "groups":
            self._plan = msgspec.structs.replace(self._plan, group_size=await self._group_size())
        plan = self._plan
        before = await self._memory()
        for first in range(plan.processes):
            self._start(CrowdShare(plan, first, self._tokens[first :: plan.processes]))
        await self._all("ready")
        began = time.monotonic()
        await self._all("connected", b"connect")
        took = time.monotonic() - began
        report = Report(
            plan.case, plan.connections, plan.processes, machine(), round(took, 3), round(plan.connections / took, 1)
        )
        report.servers = list(plan.servers)
        if plan.case == "idle":
            await deferLater(self._reactor, plan.seconds)
            after = await self._memory()
            if before is not None and after is not None:
                report.connection_kib = round((after - before) / 1024 / plan.connections, 1)
        elif plan.case != "connects":
            await self._talk(report)
        for member in self._members:
            member.transport.closeStdin()
        await gatherResults([member.gone for member in self._members])
        return report

    async def _talk(self, report: Report) -> None:
        await self._all("said", b"talk")
        waited = 0.0
        while self._sum("delivered") < self._sum("expected") and waited < LAST_DELIVERIES_TIMEOUT:
            await deferLater(self._reactor, 0.05)
            waited += 0.05
        await self._all("over", b"leave")
        tallies = [member.tally for member in self._members]
        report.window = self._plan.window
        report.sent, report.delivered = self._sum("sent"), self._sum("delivered")
        report.failed, report.doubled = self._sum("failed"), self._sum("doubled")
        report.per_second = round(sum(tally.in_time / tally.took for tally in tallies), 1)
        report.clients_busy = round(max(tally.cpu / tally.took for tally in tallies), 2)
        report.lost = max(0, self._sum("expected") - report.delivered)
        report.limited_by = "HICHAT_MESSAGE_LIMIT" if any(tally.limited for tally in tallies) else ""
        times: Counter[int] = Counter()
        for tally in tallies:
            times.update(tally.times)
        report.latency_ms = percentiles(times)

    def _sum(self, name: str) -> int:
        return sum(getattr(member.tally, name) for member in self._members)

    def _start(self, part: CrowdShare) -> None:
        member = ClientProcess(self._told)
        self._members.append(member)
        # The child imports the modules from where this process has imported them.
        environment = dict(os.environ) | {"PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)}
        command = [sys.executable, "-m", "hichat.bench.crowd"]
        self._reactor.spawnProcess(member, command[0], command, environment, childFDs={0: "w", 1: "r", 2: 2})
        member.say(msgspec.json.encode(part))

    def _all(self, phase: str, line: bytes | None = None) -> Deferred[None]:
        """
        Send all processes a command.

        @return: fires when all have reached a phase; fails with L{ClientError} if one reports an error.
        """
        if line is not None:
            for member in self._members:
                member.say(line)
        done: Deferred[None] = Deferred()
        self._awaited = (done, phase)
        return done

    def _told(self) -> None:
        done = self._sum("connected") + self._sum("delivered")
        self._progress(done - self._shown)
        self._shown = done
        if self._awaited is None:
            return
        waiting, phase = self._awaited
        error = next((member.tally.error for member in self._members if member.tally.error), None)
        if error is not None:
            self._awaited = None
            waiting.errback(ClientError(error))
        elif all(member.tally.phase == phase for member in self._members):
            self._awaited = None
            waiting.callback(None)

    async def _group_size(self) -> int:
        """@return: the number of members of the first group; the others were made as large."""
        session = Session(Api(self._reactor, self._plan.servers[0], language="en"), Credentials(1, self._tokens[0]))
        try:
            found = await session.call("GET", f"/groups/{FIRST_GROUP_ID}")
        except Refused as e:
            raise ClientError(f"there is no group to talk in ({e}); prepare the users with --group-size") from e
        return max(1, whole(found.get("size")))

    async def _memory(self) -> int | None:
        """@return: the resident memory of all servers in bytes, of all their workers; None: one does not tell."""
        found = [await self._memory_of(server) for server in dict.fromkeys(self._plan.servers)]
        known = [each for each in found if each is not None]
        return sum(known) if len(known) == len(found) else None

    async def _memory_of(self, server: str) -> int | None:
        try:
            response = await treq.get(f"{server}/metrics", persistent=False)
        except Exception as e:
            raise Unreachable(f"{server} does not answer: {e}") from e
        lines = (await response.text()).splitlines()
        found = [line.split()[-1] for line in lines if line.startswith("process_resident_memory_bytes")]
        return int(sum(map(float, found))) if found else None


def percentiles(times: Mapping[int, int]) -> dict[str, float]:
    """
    @param times: the number of deliveries by their latency in microseconds.
    @return: milliseconds by percentile.
    """
    if not times:
        return {}
    parts = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "max": 1.0}
    total = sum(times.values())
    found: dict[str, float] = {}
    passed = 0
    for took in sorted(times):
        passed += times[took]
        for name, part in parts.items():
            if passed > total * part or passed == total:
                found.setdefault(name, round(took / 1000, 2))
    return found


def machine() -> str:
    """@return: a description of this machine."""
    return (
        f"{os.cpu_count()} cores, {platform.machine()}, Linux {platform.release()}, Python {platform.python_version()}"
    )


def describe(report: Report) -> str:
    """@return: a report for people, one result a line."""
    found = msgspec.to_builtins(report)
    found["servers"] = ", ".join(report.servers)
    lines = [f"{name.replace('_', ' ')}: {value}" for name, value in found.items() if name != "latency_ms"]
    if report.latency_ms:
        lines.append("latency ms: " + ", ".join(f"{name} {value}" for name, value in report.latency_ms.items()))
    if report.sent:
        lines.append("nothing lost or doubled" if report.is_clean else "NOT EVERYTHING CAME, OR NOT ONCE")
    return "\n".join(lines)


def check(plan: Plan, tokens: Sequence[str]) -> None:
    """@raise StartError: there are fewer tokens than connections, or an odd number of connections for pairs."""
    if plan.connections > len(tokens):
        raise StartError(f"hichat: --connections: there are tokens of {len(tokens)} users only")
    if plan.case == "pairs" and plan.connections % 2:
        raise StartError("hichat: --connections: pairs need an even number")


def measure(plan: Plan, tokens: Sequence[str], progress: Callable[[int], object]) -> Report:
    """
    Run the reactor for a L{Measurement}.

    @param tokens: the tokens of users 1, 2...
    @param progress: called with the number of further connections or deliveries.
    @raise ClientError: see L{Measurement.run}.
    """
    outcome: list[Any] = []

    def main(reactor: Any) -> Deferred[None]:
        make_steady(reactor)
        return Deferred.fromCoroutine(Measurement(reactor, plan, tokens, progress).run()).addBoth(outcome.append)

    with contextlib.suppress(SystemExit):
        task.react(main)
    if not outcome:
        raise KeyboardInterrupt
    (found,) = outcome
    if isinstance(found, Failure):
        found.raiseException()
    return cast(Report, found)
