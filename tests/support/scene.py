"""What a whole-system test acts on: a fixture makes it, and takes it down after the test, whatever became of that."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, ClassVar, TypeVar, cast

import pytest
import pytest_twisted
from twisted.internet import reactor as installed_reactor
from twisted.internet.defer import maybeDeferred
from twisted.internet.interfaces import IDelayedCall
from twisted.internet.task import deferLater
from twisted.logger import ILogObserver, LogEvent, globalLogPublisher
from twisted.python.failure import Failure

reactor: Any = installed_reactor

S = TypeVar("S", bound="Scene")


class Scene:
    """
    What one test acts on. It cleans up behind itself, last things first. A failure that was logged, or a call that is
    left in the reactor, fails the test, as with trial.

    Some names are those of trial's test cases: what makes a database, or watches the log, is used with both.

    @param directory: an empty one, which is the test's alone.
    @cvar on_postgresql: whether stores are made in PostgreSQL; see L{tests.support.doubles.make_store}.
    """

    on_postgresql: ClassVar[bool] = False

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._cleanups: list[tuple[Callable[..., object], tuple[object, ...], dict[str, object]]] = []
        self._patches = pytest.MonkeyPatch()
        self._failures: list[Failure] = []
        self._calls_before: set[IDelayedCall] = set(reactor.getDelayedCalls())
        globalLogPublisher.addObserver(cast(ILogObserver, self._watch))

    async def set_up(self) -> None:
        """Make what the test needs."""

    async def tear_down(self) -> None:
        """Take down what L{set_up} made, and check what holds after each test."""

    async def clean(self) -> None:
        """
        Undo everything.

        @raise Exception: the first thing that could not be undone, was logged as a failure, or is left behind.
        """
        wrong: list[Exception] = []
        while self._cleanups:
            function, arguments, named = self._cleanups.pop()
            try:
                await maybeDeferred(function, *arguments, **named)
            except Exception as e:
                wrong.append(e)
        self._patches.undo()
        left = await self._left_behind()
        globalLogPublisher.removeObserver(cast(ILogObserver, self._watch))
        wrong += [AssertionError(f"a failure was logged: {each.getTraceback()}") for each in self._failures]
        wrong += [AssertionError(f"left in the reactor: {call}") for call in left]
        if wrong:
            raise wrong[0]

    async def _left_behind(self) -> list[IDelayedCall]:
        """Cancel the calls that the test has left in the reactor; some end in its next turns. @return: those calls."""
        for _ in range(100):
            left = [call for call in reactor.getDelayedCalls() if call not in self._calls_before]
            if not left:
                return []
            await deferLater(reactor, 0.01)
        left = [call for call in left if call.active()]
        for call in left:
            call.cancel()
        return left

    def _watch(self, event: LogEvent) -> None:
        if "log_failure" in event:
            self._failures.append(event["log_failure"])

    def addCleanup(self, function: Callable[..., object], /, *arguments: object, **named: object) -> None:  # noqa: N802
        """Call this after the test; what it returns is waited for."""
        self._cleanups.append((function, arguments, named))

    def patch(self, thing: object, name: str, value: object) -> None:
        """Give an attribute another value for this test."""
        self._patches.setattr(thing, name, value)

    def mktemp(self) -> str:
        """@return: the path of a file or directory that is not there yet."""
        return str(self._directory / f"new-{len(os.listdir(self._directory))}")

    def flushLoggedErrors(self, *kinds: type[Exception]) -> list[Failure]:  # noqa: N802
        """@return: failures of these kinds that were logged; they fail the test no more."""
        found = [failure for failure in self._failures if failure.check(*kinds)]
        self._failures = [failure for failure in self._failures if failure not in found]
        return found


def fixture_of(*kinds: type[S]) -> Any:
    """
    @param kinds: a test that asks for the fixture runs once with each of these.
    @return: a fixture whose value is a scene that has begun.
    """

    async def scene(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[S]:
        made: S = request.param(tmp_path)
        try:
            await made.set_up()
            yield made
            await made.tear_down()
        finally:
            await made.clean()

    names = [kind.__name__ for kind in kinds]
    return pytest_twisted.async_yield_fixture(params=kinds, ids=names)(scene)
