"""PostgreSQL as it is on a machine with Debian, for the commands of a page that set it up and manage it."""

from __future__ import annotations

import getpass
import os
import pwd
import signal
import subprocess
import tempfile
from pathlib import Path
from shutil import rmtree
from typing import Any

from tests.support import ports
from tests.support.daemon import wait
from tests.support.postgres import programs

PASSWORD = "PASSWORD"
"""What the page has as everybody's password."""


class DebianServer:
    """
    A server that Debian has made: it runs, is empty, and believes whoever is the user C{postgres} on the machine.

    @param case: the test, which stops it at its end.
    @ivar port: its port; the programs use it unless told otherwise.
    """

    DATA = "/var/lib/postgresql/15/main"
    """Where its data is, on such a machine."""

    def __init__(self, case: Any) -> None:
        self.port = ports.reserve()
        self._programs = programs()
        self._directory = Path(tempfile.mkdtemp(prefix="hichat-"))
        case.addCleanup(rmtree, self._directory, ignore_errors=True)
        self._data = self._directory / "main"
        self._process: subprocess.Popen[bytes] | None = None
        self._become: tuple[str, ...] = ()
        owner = getpass.getuser()
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            owner = user.pw_name
            os.chown(self._directory, user.pw_uid, user.pw_gid)
            self._become = (f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups")
        ways = "--auth-local=peer --auth-host=scram-sha-256"
        self._run(f"initdb -U {owner} {ways} --encoding=UTF8 --no-locale --no-sync -D {self._data}")
        case.addCleanup(self.stop)
        self.start()

    def start(self) -> None:
        """Start it, and wait until it serves. It ends with the thread that started it."""
        log = (self._directory / "log").open("ab")
        with log:
            mortal = ("setpriv", *self._become, "--pdeathsig", "QUIT")
            self._process = subprocess.Popen(
                [*mortal, self._programs / "postgres", "-D", self._data, "-k", self._directory, "-F"],
                cwd=self._directory,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        wait(self._serves)

    def stop(self) -> None:
        """Stop it, if it runs."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(60)
            self._process = None

    def obey(self, text: str) -> list[str]:
        """
        Run a page's commands as the user C{postgres}. Who asks for a password gets L{PASSWORD}.

        @param text: the commands, one a line; C{systemctl} is about this server.
        @return: what each of them printed.
        """
        printed = []
        for line in text.replace("\\\n", " ").splitlines():
            if line.startswith("systemctl "):
                if line.split()[1] in ("stop", "restart"):
                    self.stop()
                if line.split()[1] in ("start", "restart"):
                    self.start()
                continue
            printed.append(self._run(line.replace(self.DATA, str(self._data))))
        return printed

    def _serves(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self._directory / "log").read_text()
        return self._run("pg_isready || true").count("accepting") > 0

    def _environment(self) -> dict[str, str]:
        own = {"PGHOST": str(self._directory), "PGPORT": str(self.port), "PATH": f"{self._programs}:/usr/bin:/bin"}
        return own | {"LC_ALL": "C"}

    def _run(self, command: str) -> str:
        done = subprocess.run(
            [*(("setpriv", *self._become) if self._become else ()), "bash", "-c", command],
            cwd=self._directory,
            env=self._environment(),
            input=f"{PASSWORD}\n{PASSWORD}\n",
            capture_output=True,
            text=True,
            check=False,
            # Without a terminal: they would ask there for the password.
            start_new_session=True,
        )
        assert not done.returncode, (command, done.stderr)
        return done.stdout
