"""Which tests pytest-xdist keeps together at one worker, and which are alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_SH, LOCK_UN, flock
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

TESTS = Path(__file__).parents[1]
"""Its files are what workers lock; nothing is written to them."""

SHARING = "tests/integration/web/"
"""A module there starts one daemon for all of its functions."""


SHARED = "shared-"
"""Begins the id of a scene that shares a daemon, in the id of a test."""

_SHARED = re.compile(rf"\[(?:.*-)?{SHARED}(\w+)\]$")
_ALONE = re.compile(r"^ *@pytest\.mark\.alone\n(?: *@.*\n)* *(?:async )?def (\w+)", re.MULTILINE)


def marked_alone(tests: Path = TESTS) -> frozenset[tuple[str, str]]:
    """
    Find the tests with the mark C{alone} in the source: a scheduler has the ids of tests, and nothing else.

    @return: paths, as in ids, and names of functions.
    """
    found = ((path, _ALONE.findall(path.read_text())) for path in tests.rglob("test_*.py"))
    return frozenset((path.relative_to(tests.parent).as_posix(), name) for path, names in found for name in names)


def unit_of(test: str, alone: Set[tuple[str, str]] = frozenset()) -> str:
    """
    @param test: a test's id.
    @param alone: paths and names of the tests with the mark C{alone}.
    @return: what it has in common with those that run at the same worker as it does. The methods of a class stay
        together, and so do the functions of a module that share a daemon. Tests with the mark are one unit: each time
        that the other workers come to a stop, they wait for the one whose test takes longest. Any other function is by
        itself.
    """
    name = test.partition("[")[0]
    path, *names = name.split("::")
    if path.startswith(SHARING):
        return path
    if (path, names[-1]) in alone:
        return "alone"
    if scene := _SHARED.search(test):
        return f"{path} {scene[1]}"
    if len(names) == 1:
        return test
    return "::".join((path, *names[:-1]))


class Scheduling(LoadScopeScheduling):
    """Gives each worker the next such unit. (C{--dist loadgroup} sees no groups with pytest 9.)"""

    def __init__(self, config: pytest.Config, log: Any) -> None:
        super().__init__(config, log)
        self._alone = marked_alone()

    def _split_scope(self, nodeid: str) -> str:
        return unit_of(nodeid, self._alone)


@contextmanager
def turn(*, alone: bool) -> Iterator[None]:
    """
    A test's turn, among those of all workers.

    @param alone: no other worker tests anything meanwhile. It waits for the tests that are under way; those that come
        after it wait at the door, so that they do not pass it by.
    """
    with (TESTS / "__init__.py").open() as door, (TESTS / "conftest.py").open() as room:
        flock(door, LOCK_EX)
        flock(room, LOCK_EX if alone else LOCK_SH)
        flock(door, LOCK_UN)
        yield
