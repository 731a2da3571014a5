"""
Measuring a daemon from outside, as its users see it: on our own client library, so what the clients cost on the same
machine counts as well. Every message is numbered, and everything that comes is checked against that.
"""

from __future__ import annotations

import contextlib
import os
import platform
import random
import time
from collections.abc import Callable, Sequence
from typing import Any, cast

import msgspec
import treq
from twisted.internet import task
from twisted.internet.defer import Deferred, DeferredList, DeferredSemaphore, FirstError, gatherResults
from twisted.internet.task import deferLater
from twisted.python.failure import Failure

from hichat.client.connection import Client
from hichat.client.wire import ClientError, Credentials, Unreachable
from hichat.errors import StartError
from hichat.events import FIRST_GROUP_ID
from hichat.protocol import Happened

CASES = ("pairs", "spread", "groups", "connects", "idle")

AT_ONCE = 50
"""Connections that are opened at the same time."""

PATIENCE = 10.0
"""Seconds that are waited for what is still to come, at the end."""


class Plan(msgspec.Struct, frozen=True):
    """
    What is measured.

    @ivar case: one of L{CASES}.
    @ivar server: its URL.
    @ivar tokens: of users 1, 2...
    @ivar connections: of as many users.
    @ivar window: messages that each sender has under way.
    @ivar seconds: how long they talk, or are idle.
    @ivar group_size: as the groups were prepared.
    """

    case: str
    server: str
    tokens: Sequence[str]
    connections: int = 100
    window: int = 8
    seconds: float = 5.0
    group_size: int = 100


class Report(msgspec.Struct, omit_defaults=True):
    """
    What was found.

    @ivar connect_seconds: until all were connected and caught up.
    @ivar lost: deliveries that did not come; C{doubled} ones came twice, or after a later one.
    @ivar failed: sends that were not acked.
    @ivar latency_ms: from the call to the delivery, by percentile.
    @ivar connection_kib: how much the server's memory grew for each connection.
    """

    case: str
    connections: int
    machine: str
    connect_seconds: float
    connects_per_second: float
    sent: int = 0
    delivered: int = 0
    per_second: float = 0.0
    lost: int = 0
    doubled: int = 0
    failed: int = 0
    latency_ms: dict[str, float] = {}
    connection_kib: float | None = None

    @property
    def is_clean(self) -> bool:
        """Whether every message came, once and in order."""
        return not (self.lost or self.doubled or self.failed)


class Talk:
    """
    One run.

    @param progress: is told how many connections or deliveries more there are.
    """

    def __init__(self, reactor: Any, plan: Plan, progress: Callable[[int], object]) -> None:
        self._reactor = reactor
        self._plan = plan
        self._progress = progress
        self._clients: list[Client] = []
        self._over = False
        self._sent = self._expected = self._delivered = self._doubled = self._failed = 0
        self._times: list[int] = []
        self._numbers: list[int] = []
        self._last: list[dict[int, int]] = []

    async def run(self) -> Report:
        """@raise ClientError: somebody could not connect."""
        plan = self._plan
        before = await self._memory()
        began = time.monotonic()
        try:
            await self._connect()
        except FirstError as e:
            e.subFailure.raiseException()
        took = time.monotonic() - began
        report = Report(plan.case, plan.connections, machine(), round(took, 3), round(plan.connections / took, 1))
        if plan.case == "idle":
            await deferLater(self._reactor, plan.seconds)
            after = await self._memory()
            if before is not None and after is not None:
                report.connection_kib = round((after - before) / 1024 / plan.connections, 1)
        elif plan.case != "connects":
            await self._talk(report)
        await DeferredList([Deferred.fromCoroutine(client.close(1)) for client in self._clients])
        return report

    async def _connect(self) -> None:
        plan = self._plan
        for user, token in enumerate(plan.tokens[: plan.connections], 1):
            self._clients.append(
                Client(self._reactor, plan.server, Credentials(user, token), "bench", inbox_limit=4096)
            )
        self._numbers = [0] * len(self._clients)
        self._last = [{} for _ in self._clients]
        gate = DeferredSemaphore(AT_ONCE)
        await gatherResults([gate.run(self._connect_one, client) for client in self._clients], consumeErrors=True)

    def _connect_one(self, client: Client) -> Deferred[None]:
        async def connect() -> None:
            await client.connected()
            # Its own mark has been heard of: so it has caught up, and hears what is said from now on.
            await client.marks(user=1)
            self._progress(1)

        return Deferred.fromCoroutine(connect())

    async def _talk(self, report: Report) -> None:
        plan = self._plan
        self._spawn(self._listen(place) for place in range(len(self._clients)))
        senders = range(0, len(self._clients), plan.group_size) if plan.case == "groups" else range(len(self._clients))
        began = time.monotonic()
        talking = self._spawn(self._speak(place) for place in senders for _ in range(plan.window))
        await deferLater(self._reactor, plan.seconds)
        self._over = True
        took, delivered = time.monotonic() - began, self._delivered
        await DeferredList(talking)
        waited = 0.0
        while self._delivered < self._expected and waited < PATIENCE:
            await deferLater(self._reactor, 0.05)
            waited += 0.05
        report.sent, report.delivered, report.failed = self._sent, self._delivered, self._failed
        report.per_second = round(delivered / took, 1)
        report.lost = max(0, self._expected - self._delivered)
        report.doubled = self._doubled
        report.latency_ms = percentiles(self._times)

    def _spawn(self, work: Any) -> list[Deferred[None]]:
        return [Deferred.fromCoroutine(one) for one in work]

    async def _speak(self, place: int) -> None:
        client = self._clients[place]
        while not self._over:
            user, group, hearers = self._address(place)
            self._numbers[place] += 1
            text = f"{place} {self._numbers[place]} {time.monotonic_ns()}"
            try:
                await client.send(user, text, group=group)
            except ClientError:
                self._failed += 1
                return
            self._sent += 1
            self._expected += hearers

    def _address(self, place: int) -> tuple[int | None, int | None, int]:
        """@return: a user or a group, and how many hear it."""
        plan, count = self._plan, len(self._clients)
        if plan.case == "groups":
            first = place - place % plan.group_size
            return None, FIRST_GROUP_ID + place // plan.group_size, min(plan.group_size, count - first) - 1
        if plan.case == "pairs":
            return (place ^ 1) + 1, None, 1
        other = random.randrange(count - 1)  # noqa: S311
        return other + (other >= place) + 1, None, 1

    async def _listen(self, place: int) -> None:
        last = self._last[place]
        try:
            async for item in self._clients[place].events():
                if isinstance(item, Happened) and item.text:
                    self._hear(last, str(item.text))
        except ClientError:
            # What it does not hear any more is counted as lost.
            return

    def _hear(self, last: dict[int, int], text: str) -> None:
        sender, number, began = map(int, text.split())
        if number <= last.get(sender, 0):
            self._doubled += 1
            return
        last[sender] = number
        self._delivered += 1
        self._times.append(time.monotonic_ns() - began)
        self._progress(1)

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


def percentiles(times: list[int]) -> dict[str, float]:
    """@param times: nanoseconds; @return: milliseconds."""
    if not times:
        return {}
    ordered = sorted(times)
    found = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "max": 1.0}
    return {
        name: round(ordered[min(len(ordered) - 1, int(len(ordered) * part))] / 1e6, 2) for name, part in found.items()
    }


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


def check(plan: Plan) -> None:
    """@raise StartError: it cannot be run."""
    if plan.connections > len(plan.tokens):
        raise StartError(f"hichat: --connections: there are tokens of {len(plan.tokens)} users only")
    if plan.case == "pairs" and plan.connections % 2:
        raise StartError("hichat: --connections: pairs need an even number")


def measure(plan: Plan, progress: Callable[[int], object]) -> Report:
    """
    Run the reactor for it.

    @param progress: is told how many connections or deliveries more there are.
    @raise ClientError: somebody could not connect.
    """
    outcome: list[Any] = []

    def main(reactor: Any) -> Deferred[None]:
        return Deferred.fromCoroutine(Talk(reactor, plan, progress).run()).addBoth(outcome.append)

    with contextlib.suppress(SystemExit):
        task.react(main)
    if not outcome:
        raise KeyboardInterrupt
    (found,) = outcome
    if isinstance(found, Failure):
        found.raiseException()
    return cast(Report, found)
