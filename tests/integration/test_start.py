"""The ways to start, and what is said when it cannot be."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from hichat.core.errors import StartError
from hichat.daemon.service import prepare_state_dir, state_dir_error
from tests.support.daemon import ROOT, STOPPED, TWISTD, Daemon, wait


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def end(pid: int) -> None:
    if alive(pid):
        os.kill(pid, signal.SIGKILL)


class StartTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.daemon = Daemon(Path(self.mktemp()).absolute())

    def twistd(self, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        return self.daemon.run(TWISTD, *arguments, **settings)

    def serves(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.daemon.port), 0.2) as client:
                client.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
                return b"200 OK" in client.recv(100)
        except OSError:
            return False

    def in_background(self, *arguments: str) -> None:
        """It forks, serves, logs to its file, and ends when it is told to."""
        done = self.twistd(*arguments)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        pidfile = self.daemon.directory / "twistd.pid"
        wait(lambda: pidfile.exists() and pidfile.read_text())
        pid = int(pidfile.read_text())
        self.addCleanup(end, pid)
        wait(self.serves)
        os.kill(pid, signal.SIGTERM)
        wait(lambda: not alive(pid))
        log = (self.daemon.directory / "twistd.log").read_text()
        self.assertIn("HiChat serves", log)
        self.assertIn("everything that was accepted is stored", log)
        self.assertNotIn("Traceback", log)
        self.assertFalse(pidfile.exists())

    def test_tac_in_the_background(self) -> None:
        self.in_background("-y", str(ROOT / "hichat.tac"))

    def test_plugin_in_the_background(self) -> None:
        self.in_background("hichat")

    def in_front(self, *arguments: str) -> None:
        process = subprocess.Popen(
            [TWISTD, "-n", *arguments],
            cwd=self.daemon.directory,
            env=self.daemon.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(process.kill)
        wait(self.serves)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=15)
        self.assertEqual((process.returncode, err), (STOPPED, ""))
        self.assertIn("HiChat serves", out)

    def test_tac_in_front(self) -> None:
        self.in_front("-y", str(ROOT / "hichat.tac"))

    def test_plugin_in_front(self) -> None:
        self.in_front("hichat")

    def test_the_log_file_of_twistd(self) -> None:
        self.in_front_with_log("-y", str(ROOT / "hichat.tac"))

    def in_front_with_log(self, *arguments: str) -> None:
        process = subprocess.Popen(
            [TWISTD, "-n", "-l", "mine.log", *arguments], cwd=self.daemon.directory, env=self.daemon.environment
        )
        self.addCleanup(process.kill)
        wait(self.serves)
        process.send_signal(signal.SIGTERM)
        process.wait(15)
        self.assertIn("HiChat serves", (self.daemon.directory / "mine.log").read_text())

    def test_options_come_first(self) -> None:
        self.daemon.environment["HICHAT_UDP"] = "nonsense"
        done = self.twistd("-n", "hichat", "--udp", "127.0.0.1:x")
        self.assertIn("option --udp", done.stderr)

    # What cannot be

    def refused(self, setting: str, **settings: str) -> None:
        """All ways of starting end with one line that names the setting, and status 1."""
        tac = str(ROOT / "hichat.tac")
        starts = [
            subprocess.Popen(
                [TWISTD, *arguments],
                cwd=self.daemon.directory,
                env=self.daemon.environment | settings,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
            )
            for arguments in (("-n", "hichat"), ("hichat",), ("-ny", tac), ("-y", tac))
        ]
        for start in starts:
            _, err = start.communicate(timeout=60)
            self.assertEqual((start.returncode, len(err.strip().splitlines())), (1, 1), err)
            self.assertIn(setting, err)

    def test_wrong_settings(self) -> None:
        self.refused("HICHAT_UDP", HICHAT_UDP="here")
        self.refused("HICHAT_LISTEN", HICHAT_LISTEN="tcp:eight")
        self.refused("HICHAT_LISTEN", HICHAT_LISTEN="carrier-pigeon:8000")
        self.refused("HICHAT_LISTEN", HICHAT_LISTEN="ssl:8443:privateKey=/nowhere.pem")
        self.refused("HICHAT_LOG_LEVEL", HICHAT_LOG_LEVEL="loud")

    def test_wrong_database(self) -> None:
        self.refused("HICHAT_DATABASE", HICHAT_DATABASE="mysql://root:geheim@127.0.0.1/x")

    def test_taken_ports(self) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", self.daemon.port))
            taken.listen()
            self.refused("HICHAT_LISTEN")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
            taken.bind(("127.0.0.1", self.daemon.udp))
            self.refused("HICHAT_UDP")

    def test_a_state_directory_that_cannot_be(self) -> None:
        file = self.daemon.directory / "file"
        file.write_text("")
        self.refused("HICHAT_STATE_DIR", HICHAT_STATE_DIR=str(file / "below"))
        self.refused("HICHAT_STATE_DIR", HICHAT_STATE_DIR=str(file))
        self.refused("HICHAT_STATE_DIR", HICHAT_STATE_DIR="/proc/hichat")

    def test_a_state_directory_that_another_daemon_has(self) -> None:
        """Also when it is of several workers. With the daemon it is free, however that ended."""
        for workers in ("1", "2"):
            self.daemon.environment["HICHAT_WORKERS"] = workers
            self.daemon.launch()
            lock = self.daemon.directory / "state" / "daemon.lock"
            while not lock.exists() or not self.is_locked(lock):
                time.sleep(0.05)
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                port = probe.getsockname()[1]
            self.refused("HICHAT_STATE_DIR", HICHAT_LISTEN=f"tcp:{port}:interface=127.0.0.1", HICHAT_UDP="127.0.0.1:0")
            self.daemon.kill()
            self.assertFalse(self.is_locked(lock))

    def test_a_lock_that_cannot_be_had(self) -> None:
        """Such as one that somebody else has left there."""
        (self.daemon.directory / "state").mkdir(0o700)
        (self.daemon.directory / "state" / "daemon.lock").mkdir()
        for workers in ("1", "2"):
            self.refused("HICHAT_STATE_DIR", HICHAT_WORKERS=workers)

    def is_locked(self, path: Path) -> bool:
        with path.open() as file:
            try:
                flock(file, LOCK_EX | LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def test_what_helps_fits_what_is_wrong(self) -> None:
        file = self.daemon.directory / "file"
        file.write_text("")
        for path in (file, file / "below"):
            error = str(self.assertRaises(StartError, prepare_state_dir, path))
            self.assertTrue(error.endswith(f"cannot write {path}: {file} is not a directory; name a directory"), error)
        error = str(self.assertRaises(StartError, prepare_state_dir, Path("/proc/hichat")))
        self.assertTrue(error.endswith("; name another directory"), error)
        self.assertTrue(str(state_dir_error(file.parent, "Permission denied")).endswith(", or mend its mode"))

    def test_a_variable_that_is_no_setting(self) -> None:
        self.daemon.environment["HICHAT_FOO"] = "1"
        self.in_front_with_log("hichat")
        log = (self.daemon.directory / "mine.log").read_text()
        self.assertEqual(log.count("HICHAT_FOO is no setting"), 1)

    def test_a_database_that_is_none(self) -> None:
        state = self.daemon.directory / "state"
        state.mkdir(0o700)
        (state / "hichat.db").write_bytes(b"not a database, but long enough to be read as one" * 100)
        self.refused("HICHAT_DATABASE")

    def test_help(self) -> None:
        done = self.twistd("hichat", "--help")
        for option in ("--state-dir", "--listen", "--udp", "--database", "--log-level"):
            self.assertIn(option, done.stdout)
        done = self.twistd("--help")
        self.assertIn("hichat", done.stdout)


class CommandTests(SynchronousTestCase):
    """The `hichat` command's errors are one line."""

    def hichat(self, *arguments: str, line: str = "", state: bool = False) -> subprocess.CompletedProcess[str]:
        daemon = Daemon(Path(self.mktemp()).absolute())
        if state:
            (daemon.directory / "state").mkdir(0o700)
        return daemon.hichat(*arguments, line=line)

    def refused(self, *arguments: str, line: str = "", state: bool = False) -> str:
        done = self.hichat(*arguments, line=line, state=state)
        self.assertEqual((done.returncode, len(done.stderr.strip().splitlines())), (1, 1), done)
        return done.stderr

    def test_unknown_user(self) -> None:
        for arguments in (("token", "nobody"), ("user", "disable", "nobody"), ("user", "passwd", "nobody")):
            self.assertIn("no such user", self.refused(*arguments, state=True))

    def test_no_state_directory(self) -> None:
        """Only what makes something makes the directory."""
        for arguments in (("user", "list"), ("token", "ann"), ("user", "disable", "ann")):
            self.assertIn("HICHAT_STATE_DIR", self.refused(*arguments))

    def test_bad_names_and_passwords(self) -> None:
        self.assertIn("password", self.refused("user", "add", "ann", line="\n"))
        self.assertIn("name", self.refused("user", "add", " ", line="x\n"))
        self.assertIn("single blanks", self.refused("user", "add", "a\u200bnn", line="correct horse\n"))
        for password, reason in (
            ("short", "at least 8 characters"),
            ("password", "others would guess"),
            ("ann and some words", "the user's name"),
        ):
            self.assertIn(reason, self.refused("user", "add", "ann", line=f"{password}\n"))

    def test_no_server(self) -> None:
        error = self.refused("chat", "--server", "http://127.0.0.1:1", "--user", "ann", line="x\n")
        self.assertNotIn("Traceback", error)
