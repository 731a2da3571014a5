"""Commands and rows for tests of the processes beside the daemon."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, cast

from twisted.internet import reactor
from twisted.internet.interfaces import IDelayedCall
from twisted.internet.task import Clock

from hichat.storage.store import Store
from hichat.storage.tables import devices, groups, users

NOW = 1_700_000_000_000


CLOCK: Any = reactor


class Hurried:
    """The reactor, but a call that is due in ten seconds or later waits until the test puts the clock forward."""

    def __init__(self) -> None:
        self._clock = Clock()

    def __getattr__(self, name: str) -> Any:
        return getattr(CLOCK, name)

    def seconds(self) -> float:
        """@return: the reactor's time, and what the clock was put forward."""
        return float(CLOCK.seconds()) + self._clock.seconds()

    def callLater(self, seconds: float, call: Callable[..., object], *arguments: object) -> IDelayedCall:
        """See L{IReactorTime}."""
        clock = CLOCK if seconds < 10 else self._clock
        return cast(IDelayedCall, clock.callLater(seconds, call, *arguments))

    def advance(self, seconds: float) -> None:
        """Put the clock forward."""
        self._clock.advance(seconds)


def fill(store: Store) -> None:
    """Make two users, the first with a device, and a group without members."""
    row = {"password_hash": "", "created_at": 0, "updated_at": 0}
    with store.transaction() as connection:
        for name in ("ann", "bob"):
            connection.execute(users.insert().values(name=name, name_key=name, **row))
        connection.execute(devices.insert().values(user_id=1, name="d", created_at=0))
        connection.execute(groups.insert().values(id=1_000_000_001, name="g", name_key="g", owner_id=1, **_times(row)))


def _times(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("created_at", "updated_at")}


def python_command(code: str, module: str) -> list[str]:
    """@return: a command that runs some code, and then a module's process."""
    return [
        sys.executable,
        "-c",
        f"{code}\nfrom hichat.runtime.child import run\nfrom {module} import serve\nrun(serve)",
    ]
