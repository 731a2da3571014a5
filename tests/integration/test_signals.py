"""What service managers, terminals and containers do to a daemon: signals, files that are left over, modes of files."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import ssl
import stat
import subprocess
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from twisted.trial.unittest import SynchronousTestCase

from hichat.core.errors import StartError
from hichat.daemon.service import check_state_dir
from tests.support.daemon import STOPPED, TWISTD, Daemon, wait

HARMLESS = (signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2)


def ignores(pid: int) -> bool:
    """@return: whether each of them is ignored or has a function; nohup(1) sees to that of SIGHUP alone."""
    status = dict(line.split(":\t") for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    harmless = int(status["SigIgn"], 16) | int(status["SigCgt"], 16)
    return all(harmless >> (number - 1) & 1 for number in HARMLESS)


class SignalsCase(SynchronousTestCase):
    def setUp(self) -> None:
        self.daemon = Daemon(Path(self.mktemp()).absolute())
        self.addCleanup(self.daemon.kill)
        # As a login gives it: what the daemon makes is private all the same.
        before = os.umask(0o022)
        self.addCleanup(os.umask, before)

    def launch(self, *arguments: str, prefix: tuple[str, ...] = (), service: str = "hichat") -> subprocess.Popen[bytes]:
        self.daemon.service = (service,)
        return self.daemon.launch(arguments, prefix)

    def serves(self) -> bool:
        assert self.daemon.process is not None
        assert self.daemon.process.poll() is None, self.daemon.log.read_text()
        return self.answers()

    def answers(self) -> bool:
        """@return: whether the reactor runs: before, not even SIGTERM ends it in order."""
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.daemon.port), 2) as client:
            return self.is_healthy(client)
        return False

    def is_healthy(self, client: socket.socket) -> bool:
        client.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        return b"200 OK" in client.recv(1000)

    def stop(self) -> None:
        assert self.daemon.process is not None
        self.daemon.process.terminate()
        self.assertEqual(self.daemon.process.wait(20), STOPPED)
        self.assertNotIn("Traceback", self.daemon.log.read_text())

    def written(self, name: str) -> str:
        path = self.daemon.directory / name
        return path.read_text() if path.exists() else ""


class HarmlessTests(SignalsCase):
    def start_under_fire(self, *arguments: str) -> None:
        process = self.launch(*arguments)
        # What comes before twistd has found out that it is to run HiChat nobody can mend here.
        wait(lambda: ignores(process.pid))
        while not self.serves():
            for number in HARMLESS:
                process.send_signal(number)
            time.sleep(0.01)

    def test_at_the_start_and_at_the_end_of_one(self) -> None:
        self.start_under_fire("--pidfile=")
        process = self.daemon.process
        assert process is not None
        wait(lambda: len(self.daemon.children()) == 2)
        for child in self.daemon.children():
            for number in HARMLESS:
                os.kill(child, number)
        children = self.daemon.children()
        process.terminate()
        while process.poll() is None:
            for number in HARMLESS:
                process.send_signal(number)
            time.sleep(0.002)
        self.assertEqual(process.returncode, STOPPED)
        self.assertIn("everything that was accepted is stored", self.daemon.log.read_text())
        self.assertNotIn(" ended (", self.daemon.log.read_text(), children)

    def test_several_workers_and_all_that_is_theirs(self) -> None:
        """As `systemctl kill` sends it: to everybody; the log goes to the new file, what workers say too."""
        self.daemon.environment["HICHAT_WORKERS"] = "2"
        self.start_under_fire("--pidfile=", "-l", "mine.log")
        process = self.daemon.process
        assert process is not None
        wait(lambda: self.written("mine.log").count("HiChat serves") == 3)
        family = [*self.daemon.children()]
        for task in [path for pid in family for path in Path(f"/proc/{pid}/task").glob("*/children")]:
            family += map(int, task.read_text().split())
        (self.daemon.directory / "mine.log").rename(self.daemon.directory / "old.log")
        for number in HARMLESS:
            for pid in (process.pid, *family):
                os.kill(pid, number)
        wait(lambda: "the log goes on here" in self.written("mine.log"))
        time.sleep(0.2)
        self.assertEqual([pid for pid in family if not Path(f"/proc/{pid}").exists()], [])
        self.assertEqual(stat.S_IMODE((self.daemon.directory / "mine.log").stat().st_mode), 0o600)
        self.stop()
        self.assertEqual(self.written("mine.log").count("everything that was accepted is stored"), 2)
        self.assertNotIn("is stored", self.written("old.log"))
        self.assertNotIn(" ended (", self.written("old.log") + self.written("mine.log"))

    def test_a_log_that_cannot_be_opened_anew(self) -> None:
        logs = self.daemon.directory / "logs"
        logs.mkdir()
        process = self.launch("--pidfile=", "-l", "logs/mine.log")
        wait(self.serves)
        logs.rename(self.daemon.directory / "away")
        process.send_signal(signal.SIGHUP)
        wait(lambda: "the log cannot be opened anew" in self.written("away/mine.log"))
        self.stop()
        self.assertIn("everything that was accepted is stored", self.written("away/mine.log"))


class CertificateTests(SignalsCase):
    def make(self, number: int) -> tuple[bytes, bytes]:
        """@return: a key, and a certificate of it."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"chat{number}.example")])
        now = datetime.now(UTC)
        made = x509.CertificateBuilder(name, name, key.public_key(), number, now, now + timedelta(days=2))
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return pem, made.sign(key, SHA256()).public_bytes(Encoding.PEM)

    def presented(self) -> str:
        """@return: the certificate that a new connection gets."""
        return ssl.get_server_certificate(("127.0.0.1", self.daemon.port)).strip()

    def test_they_are_read_again(self) -> None:
        directory = self.daemon.directory
        (key1, one), (key2, two) = self.make(1), self.make(2)
        (directory / "key.pem").write_bytes(key1)
        (directory / "cert.pem").write_bytes(one)
        self.daemon.environment["HICHAT_LISTEN"] = (
            f"ssl:{self.daemon.port}:interface=127.0.0.1:privateKey=key.pem:certKey=cert.pem"
        )
        process = self.launch("--pidfile=")
        wait(lambda: "HiChat serves" in self.daemon.log.read_text())
        self.assertEqual(self.presented(), one.decode().strip())
        context = ssl.create_default_context(cafile=str(directory / "cert.pem"))
        context.check_hostname = False
        with context.wrap_socket(socket.create_connection(("127.0.0.1", self.daemon.port))) as old:
            # Half of a renewal, rubbish and nothing at all: each is one line, and nothing changes.
            for count, wrong in enumerate((two, b"rubbish", None), 1):
                (directory / "cert.pem").write_bytes(wrong) if wrong else (directory / "cert.pem").unlink()
                process.send_signal(signal.SIGHUP)
                told = "the certificates cannot be read again"
                wait(lambda count=count, told=told: self.daemon.log.read_text().count(told) == count)  # type: ignore[misc]
                self.assertEqual(self.presented(), one.decode().strip())
            (directory / "key.pem").write_bytes(key2)
            (directory / "cert.pem").write_bytes(two)
            process.send_signal(signal.SIGHUP)
            wait(lambda: "the certificates were read again" in self.daemon.log.read_text())
            self.assertEqual(self.presented(), two.decode().strip())
            # Who is connected stays so.
            self.assertTrue(self.is_healthy(old))
        lines = [line for line in self.daemon.log.read_text().splitlines() if "cannot be read again" in line]
        self.assertEqual([line for line in lines if not line.endswith("; the ones from before stay")], [])
        self.stop()


class LeftOverTests(SignalsCase):
    def in_a_container(self, *arguments: str, first: str = "", service: str = "hichat") -> subprocess.Popen[bytes]:
        """Start it where it is process 1, or where another one is, and it is 2."""
        prefix: tuple[str, ...] = ("unshare", "--pid", "--fork", "--kill-child", "--mount-proc")
        if first:
            prefix = (*prefix, "sh", "-c", f'{first}; "$@"; exit $?', "sh")
        return self.launch(*arguments, prefix=prefix, service=service)

    def kill_in_container(self) -> None:
        assert self.daemon.process is not None
        self.daemon.process.kill()
        self.daemon.process.wait()
        wait(lambda: not self.answers())

    def needs_containers(self) -> None:
        if subprocess.run(["unshare", "--pid", "--fork", "true"], capture_output=True, check=False).returncode:
            pytest.skip("no pid namespaces may be made here")

    def test_process_1_again(self) -> None:
        self.needs_containers()
        for service in (("hichat",), ("-y", str(Path(__file__).parents[2] / "hichat.tac"))):
            for _ in range(2):
                self.in_a_container(*service[:-1], service=service[-1])
                wait(self.serves)
                self.kill_in_container()

    def test_process_2_again(self) -> None:
        self.needs_containers()
        for _ in range(2):
            self.in_a_container(first=":")
            wait(self.serves)
            self.assertEqual(self.written("twistd.pid"), "2")
            self.kill_in_container()

    def test_a_pid_file_of_somebody_else(self) -> None:
        """A process that has the number now; and one that is cut short."""
        pidfile = self.daemon.directory / "twistd.pid"
        pidfile.write_text(str(os.getpid()))
        os.utime(pidfile, (time.time() - 1_000_000,) * 2)
        for _ in range(2):
            self.launch()
            wait(self.serves)
            self.stop()
            self.assertFalse(pidfile.exists())
            pidfile.write_text("")

    def test_a_pid_file_of_one_that_runs(self) -> None:
        """Twistd's own refusal, also where it is of another service."""
        other = subprocess.Popen(["sleep", "100"])
        self.addCleanup(other.wait)
        self.addCleanup(other.kill)
        (self.daemon.directory / "twistd.pid").write_text(str(other.pid))
        self.assertEqual(self.launch().wait(30), 1)
        self.assertIn("Another twistd server is running", self.daemon.log.read_text())

    def test_a_unix_socket(self) -> None:
        """With Twisted's lock beside it, which names a process that there is, or without one."""
        path = self.short() / "socket"
        for option in ("", ":lockfile=0"):
            self.daemon.environment["HICHAT_LISTEN"] = f"unix:{path}{option}"
            for _ in range(2):
                self.launch("--pidfile=")
                wait(lambda: self.speaks(path))
                self.daemon.kill()
                self.assertTrue(path.exists())
                lock = Path(f"{path}.lock")
                if lock.is_symlink():
                    lock.unlink()
                    lock.symlink_to(str(os.getpid()))

    def short(self) -> Path:
        """@return: a directory whose path is short: that of a socket may have a hundred bytes."""
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        return Path(directory.name)

    def speaks(self, path: Path) -> bool:
        assert self.daemon.process is not None
        assert self.daemon.process.poll() is None, self.daemon.log.read_text()
        with socket.socket(socket.AF_UNIX) as client:
            if client.connect_ex(str(path)):
                return False
            return self.is_healthy(client)

    def test_a_unix_socket_that_somebody_has(self) -> None:
        path = self.short() / "socket"
        self.daemon.environment["HICHAT_LISTEN"] = f"unix:{path}:lockfile=0"
        with socket.socket(socket.AF_UNIX) as other:
            other.bind(str(path))
            other.listen()
            self.assertEqual(self.launch("--pidfile=").wait(30), 1)
        self.assertIn("HICHAT_LISTEN", self.daemon.log.read_text())
        self.assertTrue(path.exists())


class ModeTests(SignalsCase):
    def modes(self, directory: Path) -> list[str]:
        """@return: what somebody else may do anything with."""
        return [
            f"{path}: {stat.S_IMODE(path.stat().st_mode):o}"
            for path in (directory, *directory.rglob("*"))
            if path.stat().st_mode & 0o077
        ]

    def test_what_the_daemon_makes(self) -> None:
        """Whatever mask it was started with, and twistd is told of."""
        for workers in ("1", "2"):
            self.daemon.environment["HICHAT_WORKERS"] = workers
            state = self.daemon.directory / f"state{workers}"
            self.daemon.environment["HICHAT_STATE_DIR"] = str(state)
            self.launch("--pidfile=", "-l", "mine.log", "--umask", "022")
            wait(self.serves)
            wait(lambda state=state: (state / "hichat.db-search").exists())  # type: ignore[misc]
            self.daemon.command("user", "add", "ann", line="correct horse\n")
            self.assertTrue((state / "hichat.db-wal").exists())
            self.assertEqual(self.modes(state), [])
            self.assertEqual(stat.S_IMODE((self.daemon.directory / "mine.log").stat().st_mode), 0o600)
            self.stop()

    def test_what_the_command_makes(self) -> None:
        self.daemon.command("user", "add", "ann", line="correct horse\n")
        (self.daemon.directory / "tokens").touch(0o644)
        self.daemon.command("bench", "prepare", "--users", "3", "--tokens", "tokens", "--state-dir", "bench")
        for name in ("state", "bench", "tokens"):
            self.assertEqual(self.modes(self.daemon.directory / name), [])

    def add_ann(self) -> subprocess.CompletedProcess[str]:
        return self.daemon.hichat("user", "add", "ann", line="correct horse\n")

    def test_a_directory_that_is_open_to_everybody(self) -> None:
        """One line, of the daemon and of each command, with what mends it; also behind a link, with odd letters."""
        state = self.daemon.directory / "o'state dir"
        link = self.daemon.directory / "link"
        state.mkdir()
        link.symlink_to(state)
        for mode, path in ((0o755, state), (0o701, state), (0o704, link), (0o702, state)):
            state.chmod(mode)
            self.daemon.environment["HICHAT_STATE_DIR"] = str(path)
            started = self.daemon.run(TWISTD, "-n", "hichat")
            runs = [started, self.add_ann(), self.daemon.hichat("user", "list")]
            for done in runs if mode == 0o755 else runs[:1]:
                (line,) = done.stderr.strip().splitlines()
                self.assertEqual(done.returncode, 1)
                self.assertIn("HICHAT_STATE_DIR", line)
            self.assertEqual(list(state.iterdir()), [])
        subprocess.run(["sh", "-c", line.partition("mend it with: ")[2]], check=True)
        check_state_dir(link)
        with self.assertRaises(StartError):
            state.chmod(0o755)
            check_state_dir(link)

    def test_a_directory_that_is_open_to_a_group(self) -> None:
        state = self.daemon.directory / "state"
        state.mkdir()
        state.chmod(0o750)
        database = self.daemon.directory / "elsewhere.db"
        database.touch(0o644)
        self.daemon.environment["HICHAT_DATABASE"] = f"sqlite:///{database}"
        self.assertEqual(self.add_ann().stderr.count("chmod"), 2)
        for workers in ("1", "2"):
            self.daemon.environment["HICHAT_WORKERS"] = workers
            self.launch("--pidfile=")
            wait(self.serves)
            self.stop()
        log = self.daemon.log.read_text()
        self.assertEqual((log.count(f"chmod 700 {state}"), log.count(f"chmod 600 {database}")), (2, 2))
