"""Commands and rows for tests of the processes beside the daemon."""

from __future__ import annotations

import sys
from typing import Any

from twisted.internet import reactor

from hichat.storage.store import Store
from hichat.storage.tables import devices, groups, users

NOW = 1_700_000_000_000


CLOCK: Any = reactor


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
