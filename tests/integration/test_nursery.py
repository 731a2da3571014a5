"""What a nursery makes (see L{tests.support.nursery}) is what a daemon starts by itself: tests that use it are true."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path
from typing import Any, ClassVar

from hichat.search.process import LAST_IN_LINE
from tests.integration.system import System
from tests.support.daemon import until
from tests.support.nursery import MODULES
from tests.support.scene import fixture_of

OF_A_PROCESS = re.compile(r"^(Umask|Uid|Gid|SigBlk|SigIgn|SigCgt|NoNewPrivs|CapEff):\t(.*)$", re.MULTILINE)

IGNORED_BY_LIBC = 0x1_8000_0000
"""The C library's own signals, which it lets a process ignore that it starts."""


class Family(System):
    """Several workers, which have children of their own."""

    settings: ClassVar[dict[str, str]] = {"WORKERS": "2"}

    def looks(self) -> dict[str, list[dict[str, Any]]]:
        """@return: by module, what its processes are like."""
        return {module: [look_at(pid) for pid in self.daemon.running(module)] for module in MODULES}

    def are_at_work(self) -> bool:
        """@return: whether all are there, and have done what each of them does last before it works."""
        hub, search, workers = self.looks().values()
        return (
            [len(hub), len(search), len(workers)] == [1, 1, 2]
            and search[0]["nice"] == str(LAST_IN_LINE)
            and all(catches(worker, signal.SIGCHLD) for worker in workers)
        )


def catches(look: dict[str, Any], number: int) -> bool:
    """@return: whether a process has a handler for a signal."""
    return bool(int(look["status"]["SigCgt"], 16) >> (number - 1) & 1)


def look_at(pid: int) -> dict[str, Any]:
    at = Path(f"/proc/{pid}")
    status = dict(OF_A_PROCESS.findall((at / "status").read_text()))
    status["SigIgn"] = f"{int(status['SigIgn'], 16) & ~IGNORED_BY_LIBC:x}"
    return {
        # Python itself has several names.
        "command": (at / "cmdline").read_bytes().rstrip(b"\0").split(b"\0")[1:],
        "status": status,
        "limits": (at / "limits").read_text(),
        "nice": (at / "stat").read_text().rpartition(") ")[2].split()[16],
        "directory": os.readlink(at / "cwd"),
        "files": sorted(file.name for file in (at / "fd").iterdir() if int(file.name) < 4),
    }


family = fixture_of(Family)


async def test_it_is_the_same(family: Family) -> None:
    await until(family.are_at_work, 30)
    made = family.looks()
    assert family.daemon.forked
    family.daemon.forked = False
    await family.restart()
    await until(family.are_at_work, 30)
    assert family.looks() == made
