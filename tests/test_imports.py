"""What the modules of the house import, and what comes of it."""

from __future__ import annotations

import subprocess
import sys

from twisted.trial.unittest import SynchronousTestCase

IMPORT_ALL = """
import importlib, pkgutil, sys, hichat

names = [found.name for found in pkgutil.walk_packages(hichat.__path__, "hichat.")]
# Alembic runs this one itself.
names.remove("hichat.storage.migrations.env")
for name in names:
    importlib.import_module(name)
    if "twisted.internet.reactor" in sys.modules:
        sys.exit(f"{name} installs a reactor")
print(len(names))
"""


class ReactorTests(SynchronousTestCase):
    def test_no_import_installs_a_reactor(self) -> None:
        """twistd may be about to choose one; and the processes beside the daemon have none."""
        done = subprocess.run(
            [sys.executable, "-c", IMPORT_ALL], capture_output=True, text=True, timeout=60, check=False
        )
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertGreater(int(done.stdout), 150)
