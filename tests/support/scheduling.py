"""Which tests pytest-xdist keeps together at one worker."""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling


def unit_of(test: str) -> str:
    """
    @param test: a test's id.
    @return: what it has in common with those that run at the same worker as it does. The methods of a class stay
        together, for it may start a daemon or a browser once for all of them; a function is by itself.
    """
    name = test.partition("[")[0]
    path, *names = name.split("::")
    return test if len(names) == 1 else "::".join((path, *names[:-1]))


class Scheduling(LoadScopeScheduling):
    """Gives each worker the next such unit. (C{--dist loadgroup} sees no groups with pytest 9.)"""

    def _split_scope(self, nodeid: str) -> str:
        return unit_of(nodeid)
