"""Root gives commands beside a daemon of another user: the daemon can read what they make."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.support.daemon import Daemon, wait

NOBODY = 65534
READS = "+dac_read_search"
AS_NOBODY = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
AS_NOBODY_WITH_THE_CODE = (*AS_NOBODY, f"--inh-caps={READS}", f"--ambient-caps={READS}")
"""The code may be where only root can read."""


@pytest.fixture
def daemon() -> Iterator[Daemon]:
    """A daemon of another user, which runs."""
    if os.geteuid() != 0:
        pytest.skip("only root can become another user")
    with TemporaryDirectory() as name:
        directory = Path(name)
        # That user may enter it.
        directory.chmod(0o755)
        daemon = Daemon(directory / "daemon")
        daemon.prepare()
        give(daemon.directory)
        daemon.launch(prefix=AS_NOBODY_WITH_THE_CODE)
        wait(daemon.serves)
        yield daemon
        daemon.kill()


def give(directory: Path) -> None:
    """Give a directory to that user, with all that is in it."""
    for path in (directory, *directory.rglob("*")):
        os.chown(path, NOBODY, NOBODY)


def owners(directory: Path) -> set[int]:
    return {path.lstat().st_uid for path in (directory, *directory.rglob("*"))}


def test_what_root_makes(daemon: Daemon) -> None:
    state = Path(daemon.environment["HICHAT_STATE_DIR"])
    daemon.environment["LOGNAME"] = "root"
    daemon.command("user", "add", "ann", line="correct horse\n")
    daemon.command("token", "ann")
    daemon.command("keys", "export", str(daemon.directory / "keys.txt"))
    daemon.command("backup", str(daemon.directory / "backups" / "one"))
    daemon.command("check")
    daemon.stop_in_order()
    # Also where no daemon keeps files open.
    for beside in state.glob("*.db-*"):
        beside.unlink()
    daemon.command("user", "add", "bob", line="correct horse\n")
    daemon.command("log", "new-epoch")
    for made in (state, daemon.directory / "backups", daemon.directory / "keys.txt"):
        assert owners(made) == {NOBODY}
    for path in state.rglob("*"):
        subprocess.run([*AS_NOBODY, "test", "-r", path], check=True)
    entries = [json.loads(line) for line in daemon.command("audit", "--json").splitlines()]
    assert {entry["address"] for entry in entries if entry["act"] == "user add"} == {"root"}
    daemon.launch(prefix=AS_NOBODY_WITH_THE_CODE)
    wait(daemon.serves)
    daemon.stop_in_order()


def test_where_that_user_may_not_write(daemon: Daemon) -> None:
    """The line says why root may not."""
    with TemporaryDirectory() as private:
        daemon.environment["LOGNAME"] = "root"
        done = daemon.hichat("backup", f"{private}/backups/one")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert "Permission denied" in line
    assert line.endswith("; the command works as nobody, whose state directory it is")
