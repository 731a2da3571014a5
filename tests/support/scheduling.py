"""Which tests pytest-xdist keeps together at one worker, and which are alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_SH, LOCK_UN, flock
from pathlib import Path

from xdist.scheduler import LoadScopeScheduling

TESTS = Path(__file__).parents[1]
"""Its files are what workers lock; nothing is written to them."""

SHARING = "tests/integration/web/"
"""A module there starts one daemon for all of its functions."""


def unit_of(test: str) -> str:
    """
    @param test: a test's id.
    @return: what it has in common with those that run at the same worker as it does. The methods of a class stay
        together, and so do the functions of a module that shares a daemon; any other function is by itself.
    """
    name = test.partition("[")[0]
    path, *names = name.split("::")
    if len(names) == 1 and not path.startswith(SHARING):
        return test
    return "::".join((path, *names[:-1]))


class Scheduling(LoadScopeScheduling):
    """Gives each worker the next such unit. (C{--dist loadgroup} sees no groups with pytest 9.)"""

    def _split_scope(self, nodeid: str) -> str:
        return unit_of(nodeid)


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
