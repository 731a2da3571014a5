"""
Measuring a daemon from outside, as its users see it: on our own client library, so what the clients cost on the same
machine counts as well. The clients are in processes of their own, see L{hichat.bench.crowd}; here they are started,
told when to talk, and what they find is added up.
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

from hichat.bench.crowd import Part, Plan, Tally
from hichat.client.http import Api, Session
from hichat.client.wire import ClientError, Credentials, Refused, Unreachable, whole
from hichat.core.errors import StartError
from hichat.core.events import FIRST_GROUP_ID
from hichat.runtime.clock import make_steady

CASES = ("pairs", "spread", "groups", "connects", "idle")

PATIENCE = 10.0
"""Seconds to wait at the end for messages that are still to come."""


def processes() -> int:
    """@return: in how many processes the clients are unless told otherwise: one core is left to the daemon."""
    return max(1, (os.cpu_count() or 1) - 1)


class Report(msgspec.Struct, omit_defaults=True):
    """
    The results of a run.

    @ivar processes: the number of the clients' processes.
    @ivar connect_seconds: seconds until all clients were connected and caught up.
    @ivar window: messages that each sender had under way.
    @ivar lost: deliveries that did not come; C{doubled} ones came twice, or after a later one.
    @ivar failed: sends that were not acked.
    @ivar latency_ms: from the call to the delivery, by percentile.
    @ivar clients_busy: the part of a core that the busiest process of the clients had: near 1, it is the clients that
        were measured.
    @ivar connection_kib: how much the server's memory grew for each connection.
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

    @property
    def is_clean(self) -> bool:
        """Whether every message came, once and in order."""
        return not (self.lost or self.doubled or self.failed)


class Member(ProcessProtocol):
    """
    A process of clients.

    @param told: called when it has said something.
    @ivar tally: what it said last.
    @ivar gone: fires when it has ended.
    """

    transport: Any

    def __init__(self, told: Callable[[], None]) -> None:
        self.tally = Tally()
        self.gone: Deferred[None] = Deferred()
        self._told = told
        self._rest = b""

    def outReceived(self, data: bytes) -> None:  # noqa: N802
        """It has said something."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self.tally = msgspec.json.decode(line, type=Tally)
            self._told()

    def say(self, line: bytes) -> None:
        """Tell it something."""
        self.transport.write(line + b"\n")

    def processEnded(self, reason: Any) -> None:
        """It has ended."""
        if self.tally.phase != "over":
            self.tally.error = self.tally.error or "a process of clients has ended"
            self._told()
        self.gone.callback(None)


class Measurement:
    """
    One run.

    @param tokens: of users 1, 2...
    @param progress: is told how many connections or deliveries more there are.
    """

    def __init__(self, reactor: Any, plan: Plan, tokens: Sequence[str], progress: Callable[[int], object]) -> None:
        self._reactor = reactor
        self._plan = plan
        self._tokens = tokens[: plan.connections]
        self._progress = progress
        self._members: list[Member] = []
        self._shown = 0
        self._awaited: tuple[Deferred[None], str] | None = None

    async def run(self) -> Report:
        """@raise ClientError: somebody could not connect, or there are no groups to talk in."""
        if self._plan.case == "groups":
            self._plan = msgspec.structs.replace(self._plan, group_size=await self._group_size())
        plan = self._plan
        before = await self._memory()
        for first in range(plan.processes):
            self._start(Part(plan, first, self._tokens[first :: plan.processes]))
        await self._all("ready")
        began = time.monotonic()
        await self._all("connected", b"connect")
        took = time.monotonic() - began
        report = Report(
            plan.case, plan.connections, plan.processes, machine(), round(took, 3), round(plan.connections / took, 1)
        )
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
        while self._sum("delivered") < self._sum("expected") and waited < PATIENCE:
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

    def _start(self, part: Part) -> None:
        member = Member(self._told)
        self._members.append(member)
        # It finds what we have found, wherever that is imported from.
        environment = dict(os.environ) | {"PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)}
        command = [sys.executable, "-m", "hichat.bench.crowd"]
        self._reactor.spawnProcess(member, command[0], command, environment, childFDs={0: "w", 1: "r", 2: 2})
        member.say(msgspec.json.encode(part))

    def _all(self, phase: str, line: bytes | None = None) -> Deferred[None]:
        """Tell all something, and wait until they have done it."""
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
        """@return: how many members the first group has: the others were made as large."""
        session = Session(Api(self._reactor, self._plan.server, language="en"), Credentials(1, self._tokens[0]))
        try:
            found = await session.call("GET", f"/groups/{FIRST_GROUP_ID}")
        except Refused as e:
            raise ClientError(f"there is no group to talk in ({e}); prepare the users with --group-size") from e
        return max(1, whole(found.get("size")))

    async def _memory(self) -> int | None:
        """@return: bytes of the server, as far as one worker says; None if it does not."""
        try:
            response = await treq.get(f"{self._plan.server}/metrics", persistent=False)
        except Exception as e:
            raise Unreachable(f"{self._plan.server} does not answer: {e}") from e
        for line in (await response.text()).splitlines():
            if line.startswith("process_resident_memory_bytes "):
                return int(float(line.split()[1]))
        return None


def percentiles(times: Mapping[int, int]) -> dict[str, float]:
    """@param times: how many took how many microseconds; @return: milliseconds."""
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
    """@return: where this ran."""
    return (
        f"{os.cpu_count()} cores, {platform.machine()}, Linux {platform.release()}, Python {platform.python_version()}"
    )


def describe(report: Report) -> str:
    """@return: a report for people: a line for each thing."""
    found = msgspec.to_builtins(report)
    lines = [f"{name.replace('_', ' ')}: {value}" for name, value in found.items() if name != "latency_ms"]
    if report.latency_ms:
        lines.append("latency ms: " + ", ".join(f"{name} {value}" for name, value in report.latency_ms.items()))
    if report.sent:
        lines.append("nothing lost or doubled" if report.is_clean else "NOT EVERYTHING CAME, OR NOT ONCE")
    return "\n".join(lines)


def check(plan: Plan, tokens: Sequence[str]) -> None:
    """@raise StartError: it cannot be run."""
    if plan.connections > len(tokens):
        raise StartError(f"hichat: --connections: there are tokens of {len(tokens)} users only")
    if plan.case == "pairs" and plan.connections % 2:
        raise StartError("hichat: --connections: pairs need an even number")


def measure(plan: Plan, tokens: Sequence[str], progress: Callable[[int], object]) -> Report:
    """
    Run the reactor for it.

    @param tokens: of users 1, 2...
    @param progress: is told how many connections or deliveries more there are.
    @raise ClientError: somebody could not connect.
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
