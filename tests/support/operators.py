"""
The tools of operators that look through the files beside the documentation: Prometheus' C{promtool}, and
C{systemd-analyze}. Without one its tests are skipped; with C{CI=true} they fail.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from unittest import SkipTest

PACKAGES = {"promtool": "prometheus", "systemd-analyze": "systemd"}
"""By tool: Debian's package that has it."""


def run(tool: str, *arguments: str) -> str:
    """
    Run a tool to its end.

    @return: what it prints.
    @raise SkipTest: it is not there. With C{CI=true} it is a C{RuntimeError}.
    @raise AssertionError: it complains.
    """
    found = shutil.which(tool)
    if found is None:
        kind = RuntimeError if os.environ.get("CI") == "true" else SkipTest
        raise kind(f"needs {tool}, which is in Debian's package {PACKAGES[tool]}")
    done = subprocess.run([found, *arguments], capture_output=True, text=True, check=False, timeout=60)
    if done.returncode:
        raise AssertionError(done.stdout + done.stderr)
    return done.stdout
