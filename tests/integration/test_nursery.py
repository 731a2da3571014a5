"""What a nursery makes (see L{tests.support.nursery}) is what a daemon starts by itself: tests that use it are true."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar

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

    def are_there(self) -> bool:
        return [len(self.daemon.running(module)) for module in MODULES] == [1, 1, 2]

    def looks(self) -> dict[str, list[dict[str, Any]]]:
        """@return: by module, what its processes are like."""
        return {module: [look_at(pid) for pid in self.daemon.running(module)] for module in MODULES}


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
    await until(family.are_there)
    # It is the last that they do before they work.
    await until(lambda: family.looks()["hichat.search.process"][0]["nice"] == "19")
    made = family.looks()
    assert family.daemon.forked
    family.daemon.forked = False
    await family.restart()
    # They go on to become what they are for a moment.
    with suppress(AssertionError):
        await until(lambda: family.looks() == made)
    assert family.looks() == made
