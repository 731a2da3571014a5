"""A filled store, and administrators' commands that move it, or parts of it, elsewhere."""

from __future__ import annotations

import io
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import Any

from sqlalchemy import make_url, select
from twisted.trial.unittest import SynchronousTestCase

from hichat.admin.manifest import MANIFEST
from hichat.cli import main
from hichat.storage.copying import COPIED
from hichat.storage.engine import make_engine
from hichat.storage.store import Store
from hichat.storage.tables import audit, epochs
from tests.support.doubles import make_database, run_now
from tests.support.filled import fill
from tests.support.postgres import PASSWORD


class MovingCase(SynchronousTestCase):
    """There is a store with something of everything, of the state directory C{self.state}."""

    def setUp(self) -> None:
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.scratch = Path(scratch.name)
        self.state = self.scratch / "state"
        self.url = make_database(self)
        fill(self.state, self.url, 2500)
        if self.url.startswith("sqlite"):
            Path(make_url(self.url).database or "").chmod(0o600)
        self.backups = self.scratch / "backups"
        self.said = self.warned = ""
        self.patch(os, "environ", {name: each for name, each in os.environ.items() if not name.startswith("HICHAT_")})

    def hichat(self, *arguments: str | Path, state: Path | None = None, url: str = "", line: str = "") -> str:
        """@return: the error; empty: there was none."""
        out, err = io.StringIO(), io.StringIO()
        self.patch(sys, "stdout", out)
        self.patch(sys, "stderr", err)
        self.patch(sys, "stdin", io.StringIO(line))
        options = ("--state-dir", str(state or self.state), "--database", url or self.url)
        umask = os.umask(0o022)
        try:
            ended = self.assertRaises(SystemExit, main, [*map(str, arguments), *options])
        finally:
            os.umask(umask)
        self.said, self.warned = out.getvalue(), err.getvalue()
        error = "" if ended.code == 0 else str(ended.code)
        self.assertNotIn(PASSWORD, self.said + self.warned + error)
        self.assertLessEqual(len(error.splitlines()), 1)
        return error

    def store(self, url: str) -> Store:
        engine = make_engine(url)
        self.addCleanup(engine.dispose)
        return Store(engine, run_now, run_now)

    def rows(self, url: str) -> dict[str, list[Any]]:
        """@return: all rows, but for epochs, and for the audit log, in which the commands are noted."""
        with self.store(url).snapshot() as connection:
            return {
                table.name: sorted(map(tuple, connection.execute(select(table)).all()), key=repr)
                for table in COPIED
                if table not in (audit, epochs)
            }

    def epochs(self, url: str) -> Sequence[str]:
        with self.store(url).snapshot() as connection:
            return connection.scalars(select(epochs.c.name).order_by(epochs.c.number)).all()

    def noted(self, url: str) -> list[str]:
        """@return: the commands that are noted in the audit log."""
        with self.store(url).snapshot() as connection:
            return list(connection.scalars(select(audit.c.act).order_by(audit.c.id)))

    def at_work(self, state: Path) -> None:
        """A daemon is at work in the directory."""
        lock = os.open(state / "daemon.lock", os.O_RDWR | os.O_CREAT)
        self.addCleanup(os.close, lock)
        flock(lock, LOCK_EX)

    def back_up(self, name: str = "one", *arguments: str) -> Path:
        self.assertEqual(self.hichat("backup", self.backups / name, *arguments), "")
        return self.backups / name

    def other_url(self, state: Path) -> str:
        """@return: the URL of an empty database, of the other kind where the test has PostgreSQL."""
        return f"sqlite:///{state / 'hichat.db'}"

    def manifest_of(self, made: Path, **changed: Any) -> None:
        """Change a manifest."""
        found = json.loads((made / MANIFEST).read_text()) | changed
        (made / MANIFEST).write_text(json.dumps(found))
