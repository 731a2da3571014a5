"""
What pytest needs to leave nothing behind, as trial does, and to run whole-system tests beside trial's.

A coroutine function is a whole-system test: pytest-twisted runs it in the reactor, which turns as long as pytest does.
All other functions run outside of the reactor.
"""

from __future__ import annotations

import functools
import gc
import inspect
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Coroutine, Generator, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import pytest_twisted
from _pytest.unittest import TestCaseFunction
from hypothesis import settings
from twisted.internet import reactor as installed_reactor
from twisted.internet.defer import Deferred
from twisted.logger import (
    FilteringLogObserver,
    LogLevel,
    LogLevelFilterPredicate,
    globalLogBeginner,
    textFileLogObserver,
)
from twisted.trial.unittest import TestCase

from tests import proof

pytest.register_assert_rewrite("tests.support", "tests.integration.system")

MEMORY = "/dev/shm"
ENOUGH = 4 * 2**30
"""Bytes; a container may have 64 MiB there, which is less than a PostgreSQL."""

settings.register_profile("tests", max_examples=proof.EXAMPLES)
settings.load_profile("tests")
reactor: Any = installed_reactor

Test = Callable[..., Coroutine[Any, Any, None]]

TURN = pytest.StashKey[ExitStack]()
"""What this process holds while a test runs; see L{tests.support.scheduling.turn}."""

DONE = pytest.StashKey[int]()
"""How many tests this process has done."""

TESTS_TO_KEEP = 250
"""After so many, what they left is looked through."""

YOUNG = 20_000
"""New objects after which the youngest are looked through; see L{gc.set_threshold}."""

WAKEUP = pytest.StashKey[int]()
"""The file descriptor by which the reactor hears of signals."""

SECONDS = 110
"""How long a coroutine may take, if its mark C{timeout} says nothing else."""


def pytest_configure(config: pytest.Config) -> None:
    """Files are in memory, or each commit would wait for a disk. All workers of pytest-xdist share one PostgreSQL."""
    # Whatever the environment says: what one worker has compiled, the others and the next run need not.
    sys.dont_write_bytecode = False
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    # Until somebody begins to log, Twisted keeps the last 65,536 events, and with them all that they name:
    # whole daemons, two gigabytes of them at the end.
    worst = LogLevelFilterPredicate(defaultLogLevel=LogLevel.critical)
    observer = FilteringLogObserver(textFileLogObserver(sys.stderr), [worst])
    globalLogBeginner.beginLoggingTo([observer], discardBuffer=True, redirectStandardIO=False)
    # All that collection makes stays: to look through it for garbage takes a quarter of its time.
    gc.disable()
    if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ENOUGH:
        tempfile.tempdir = os.environ["TMPDIR"] = MEMORY
    if getattr(config.option, "numprocesses", None):
        from tests.support import postgres

        postgres.share()


@pytest.fixture(autouse=True, scope="session")
def working_directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Trial's test cases make their temporary directories in the working directory."""
    with pytest.MonkeyPatch.context() as patch:
        directory = tmp_path_factory.mktemp("trial")
        patch.chdir(directory)
        yield
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="module")
def kept() -> Iterator[Any]:
    """A L{tests.support.scene.Kept} for the scenes of a module."""
    from tests.support.scene import Kept

    kept = Kept()
    yield kept
    kept.clean()


def pytest_itemcollected(item: pytest.Item) -> None:
    """
    Give a coroutine a deadline in the reactor: there the signal of pytest-timeout would be logged, and no more.

    @raise pytest.UsageError: a test case of trial's wants to start the reactor itself, which runs already.
    """
    if isinstance(item, TestCaseFunction):
        assert item.cls is not None
        if issubclass(item.cls, TestCase):
            raise pytest.UsageError(f"{item.nodeid}: make it a pytest function, or derive from SynchronousTestCase")
    elif isinstance(item, pytest.Function) and inspect.iscoroutinefunction(item.obj):
        mark = item.get_closest_marker("timeout")
        seconds = mark.args[0] if mark else SECONDS
        item.obj = pytest_twisted.ensureDeferred(_limited(item.obj, seconds))
        # Before the function's own mark, or that would count.
        item.add_marker(pytest.mark.timeout(seconds + 30), append=False)


def _limited(function: Test, seconds: float) -> Test:
    @functools.wraps(function)
    async def limited(**arguments: object) -> None:
        running: Deferred[None] = Deferred.fromCoroutine(function(**arguments))
        await running.addTimeout(seconds, reactor)

    return limited


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Call a plain function here: pytest-twisted would do that in the reactor, which could not turn meanwhile."""
    if inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames})
    return True


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, Any, Any]:
    """
    Some tests want to have few others beside them, or none: meanwhile the other workers wait. If the next one wants the
    same, they go on waiting. See L{tests.support.scheduling}.
    """
    from tests.support.scheduling import Manners, turn

    stash = item.config.stash
    manners = _manners_of(item)
    if TURN not in stash:
        stash[TURN] = ExitStack()
        stash[TURN].enter_context(turn(manners))
    try:
        return (yield)
    finally:
        _let_hear_signals(stash)
        stash[DONE] = stash.get(DONE, 0) + 1
        if stash[DONE] % TESTS_TO_KEEP == 0:
            _collect_garbage()
        if manners is Manners.ANY or nextitem is None or _manners_of(nextitem) is not manners:
            stash[TURN].close()
            del stash[TURN]


def _collect_garbage() -> None:
    """
    Pytest's request of a test is made at collection, and so it is among what L{pytest_collection_finish} puts away:
    nothing that hangs on it after the test is ever collected, down to whole daemons.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def _let_hear_signals(stash: pytest.Stash) -> None:
    """
    The reactor hears of signals as before the test. A loop of asyncio in the same thread takes them over, and lets go
    of them at its end; then the reactor would not hear that a child process has ended.
    """
    heard = signal.set_wakeup_fd(-1)
    if reactor.running and heard != -1:
        stash.setdefault(WAKEUP, heard)
    signal.set_wakeup_fd(stash.get(WAKEUP, heard), warn_on_full_buffer=False)


def _manners_of(item: pytest.Item) -> Any:
    from tests.support.scheduling import Manners

    if item.get_closest_marker("alone"):
        return Manners.ALONE
    return Manners.QUIET if item.get_closest_marker("quiet") else Manners.ANY


def pytest_collection_finish(session: pytest.Session) -> None:
    """From here on there is garbage; what was collected is none."""
    gc.freeze()
    # Tests make much garbage in circles, and little of it is large.
    gc.set_threshold(YOUNG, 20, 50)
    gc.enable()


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """See L{tests.support.scheduling}."""
    from tests.support.scheduling import Scheduling

    return Scheduling(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """
    The tests with whole daemons take longest. They come first, or one worker would do them last, alone. Tests for which
    other workers have to wait come last: by then those have little left to do.
    """
    items.sort(key=lambda item: (_manners_of(item), "integration" not in item.path.parts))
