"""Scenes: the environments of whole-system tests. A fixture sets one up, and takes it down after the test."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack
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

from tests.support.scheduling import SHARED

reactor: Any = installed_reactor

S = TypeVar("S", bound="Scene")


class Kept:
    """
    Things that the tests of a module share.

    @ivar things: by the class of the scenes that share it.
    @ivar tests: the number of tests that have used one.
    """

    def __init__(self) -> None:
        self.things: dict[type, Any] = {}
        self.tests = 0
        self._cleanups = ExitStack()

    def addCleanup(self, function: Callable[..., object], /, *arguments: object) -> None:  # noqa: N802
        """Call a function after the module's last test."""
        self._cleanups.callback(function, *arguments)

    def clean(self) -> None:
        """Run the cleanups, the last one first."""
        self._cleanups.close()


class Scene:
    """
    The environment of one test. It runs its cleanups, the last one first. A logged failure, or a delayed call that is
    left in the reactor, fails the test, as with trial.

    Some methods are named as those of trial's test cases: so helpers such as L{tests.support.doubles.make_store} work
    with both.

    @param directory: an empty directory for this test alone.
    @ivar kept: what the module's tests share.
    @cvar shared: whether the scene has something of C{kept}. Then pytest-xdist keeps the tests of a module with this
        class of scenes at one worker; see L{tests.support.scheduling}.
    @cvar on_postgresql: whether stores are made in PostgreSQL; see L{tests.support.doubles.make_store}.
    """

    shared: ClassVar[bool] = False
    on_postgresql: ClassVar[bool] = False
    kept: Kept

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
        """Take down what L{set_up} made, and make the checks that follow each test."""

    async def clean(self) -> None:
        """
        Run the cleanups, and check that nothing is left behind.

        @raise Exception: the first error of a cleanup; else the first failure in the log, or delayed call left in the
            reactor.
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
        """
        Cancel the delayed calls that the test has left in the reactor.

        @return: those calls, without calls that end within a second.
        """
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
        """Call a function after the test, and wait for its Deferred if it returns one."""
        self._cleanups.append((function, arguments, named))

    def patch(self, thing: object, name: str, value: object) -> None:
        """Give an attribute another value for this test."""
        self._patches.setattr(thing, name, value)

    def set_environment(self, name: str, value: str) -> None:
        """Give a variable of the environment another value for this test."""
        self._patches.setenv(name, value)

    def mktemp(self) -> str:
        """@return: a path at which nothing exists yet."""
        return str(self._directory / f"new-{len(os.listdir(self._directory))}")

    def flushLoggedErrors(self, *kinds: type[Exception]) -> list[Failure]:  # noqa: N802
        """@return: the logged failures of these kinds; they do not fail the test any more."""
        found = [failure for failure in self._failures if failure.check(*kinds)]
        self._failures = [failure for failure in self._failures if failure not in found]
        return found


def fixture_of(*kinds: type[S]) -> Any:
    """
    @param kinds: classes of scenes. A test that uses the fixture runs once with each.
    @return: a fixture whose value is a scene that is set up.
    """

    async def scene(request: pytest.FixtureRequest, tmp_path: Path, kept: Kept) -> AsyncIterator[S]:
        made: S = request.param(tmp_path)
        made.kept = kept
        try:
            await made.set_up()
            yield made
            await made.tear_down()
        finally:
            await made.clean()

    names = [f"{SHARED}{kind.__name__}" if kind.shared else kind.__name__ for kind in kinds]
    return pytest_twisted.async_yield_fixture(params=kinds, ids=names)(scene)
