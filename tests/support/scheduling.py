"""
Which tests pytest-xdist keeps together at one worker, and which of them run beside others.

Most tests do not care. A test with the mark C{quiet} waits most of its time for what happens after so many seconds, as
when a host is dead: beside it one other such test may run, or it would take twice as long as it has to. A test with the
mark C{alone} measures, and has the machine for itself.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Set
from contextlib import ExitStack, contextmanager, suppress
from enum import IntEnum
from fcntl import LOCK_EX, LOCK_NB, LOCK_SH, LOCK_UN, flock
from pathlib import Path
from typing import IO, Any

import pytest
from xdist.scheduler import LoadScopeScheduling

TESTS = Path(__file__).parents[1]

SHARING = "tests/integration/web/"
"""A module there starts one daemon for all of its functions."""


SHARED = "shared-"
"""Begins the id of a scene that shares a daemon, in the id of a test."""

_SHARED = re.compile(rf"\[(?:.*-)?{SHARED}(\w+)\]$")
_MARKED = r"^ *@pytest\.mark\.{}\n(?: *@.*\n)* *(?:async )?def (\w+)"


class Manners(IntEnum):
    """What a test bears beside itself; see above. In this order they come."""

    ANY = 0
    QUIET = 1
    ALONE = 2


def marked(mark: str, tests: Path = TESTS) -> frozenset[tuple[str, str]]:
    """
    Find the tests with a mark in the source: a scheduler has the ids of tests, and nothing else.

    @return: paths, as in ids, and names of functions.
    """
    pattern = re.compile(_MARKED.format(mark), re.MULTILINE)
    found = ((path, pattern.findall(path.read_text())) for path in tests.rglob("test_*.py"))
    return frozenset((path.relative_to(tests.parent).as_posix(), name) for path, names in found for name in names)


def unit_of(test: str, alone: Set[tuple[str, str]] = frozenset(), quiet: Set[tuple[str, str]] = frozenset()) -> str:
    """
    @param test: a test's id.
    @param alone: paths and names of the tests with the mark C{alone}.
    @param quiet: those with the mark C{quiet}.
    @return: what it has in common with those that run at the same worker as it does. The methods of a class stay
        together, and so do the functions of a module that share a daemon. Tests with the mark C{alone} are one unit,
        and those of a module with the mark C{quiet}: each time that the other workers come to a stop, they wait for the
        one whose test takes longest. Any other function is by itself.
    """
    name = test.partition("[")[0]
    path, *names = name.split("::")
    if path.startswith(SHARING):
        return path
    if (path, names[-1]) in alone:
        return "alone"
    if (path, names[-1]) in quiet:
        return f"quiet {path}"
    if scene := _SHARED.search(test):
        return f"{path} {scene[1]}"
    if len(names) == 1:
        return test
    return "::".join((path, *names[:-1]))


class Scheduling(LoadScopeScheduling):
    """Gives each worker the next such unit. (C{--dist loadgroup} sees no groups with pytest 9.)"""

    def __init__(self, config: pytest.Config, log: Any) -> None:
        super().__init__(config, log)
        self._marked = marked("alone"), marked("quiet")

    def _split_scope(self, nodeid: str) -> str:
        return unit_of(nodeid, *self._marked)


LOCKED = "__init__.py", "conftest.py", "proof.py"
"""The files that stand for the door, and for the places."""

STEP = 0.02
"""Seconds between two looks whether there is a place."""


@contextmanager
def turn(manners: Manners, room: Path = TESTS) -> Iterator[None]:
    """
    A test's turn, among those of all workers.

    @param room: a directory, whose files they lock; nothing is written to them.

    There are two places. A quiet test has one of them, and one that is alone has both. All others share them. Whoever
    waits for a place stands at the door, so that those who come after it do not pass it by.
    """
    with ExitStack() as files:
        door, *places = (files.enter_context((room / name).open()) for name in LOCKED)
        flock(door, LOCK_EX)
        if manners is Manners.QUIET:
            while not any(_takes(place) for place in places):
                time.sleep(STEP)
        else:
            for place in places:
                flock(place, LOCK_EX if manners is Manners.ALONE else LOCK_SH)
        flock(door, LOCK_UN)
        yield


def _takes(place: IO[str]) -> bool:
    with suppress(BlockingIOError):
        flock(place, LOCK_EX | LOCK_NB)
        return True
    return False
