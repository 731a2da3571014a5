"""Runs the reactor for a bridge, and shows on the standard error output what it says."""

from __future__ import annotations

from typing import Any, TextIO

from twisted.internet import task
from twisted.internet.defer import Deferred
from twisted.logger import (
    FilteringLogObserver,
    LogLevel,
    LogLevelFilterPredicate,
    LogPublisher,
    globalLogBeginner,
    textFileLogObserver,
)

from hichat.bridges.bridge import BridgePlan, bridge
from hichat.bridges.memory import BridgeMemory
from hichat.client.wire import ClientError


def run_bridge(plan: BridgePlan, memory: BridgeMemory, output: TextIO) -> int:
    """
    Bridge until a signal comes, or until it cannot go on. At every moment all that matters is on the disk.

    @param output: for the log, a line each.
    @return: the exit status.
    """
    _log_to(output)
    failed: list[ClientError] = []

    async def main(reactor: Any) -> None:
        try:
            await bridge(reactor, plan, memory)
        except ClientError as error:
            failed.append(error)

    try:
        task.react(lambda reactor: Deferred.fromCoroutine(main(reactor)))
    except SystemExit as ending:
        if failed:
            output.write(f"hichat: {failed[0]}\n")
            return 1
        return int(ending.code or 0)


def _log_to(output: TextIO) -> None:
    levels = LogLevelFilterPredicate(LogLevel.warn)
    levels.setLogLevelForNamespace("hichat", LogLevel.info)
    shown = FilteringLogObserver(textFileLogObserver(output), [levels])
    globalLogBeginner.beginLoggingTo([LogPublisher(shown)], redirectStandardIO=False)
