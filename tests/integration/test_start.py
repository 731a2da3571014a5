"""The ways to start, and what is said when it cannot be."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from tempfile import TemporaryFile

import pytest

from hichat import __version__
from hichat.core.errors import StartError
from hichat.daemon.service import prepare_state_dir, state_dir_error
from tests.support import ports
from tests.support.daemon import ROOT, STOPPED, TWISTD, Daemon, is_alive, wait
from tests.support.prepared import Forked, forks

TAC = str(ROOT / "hichat.tac")
SERVICES = pytest.mark.parametrize("service", [("-y", TAC), ("hichat",)], ids=["tac", "plugin"])
WORKERS = pytest.mark.parametrize("workers", ["1", "2"])


@pytest.fixture
def start(daemon: Daemon) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """
    A function that starts C{twistd} with arguments, and with settings by the names of their variables. Processes that
    run after the test are killed.
    """
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str, **settings: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [TWISTD, *arguments],
            cwd=daemon.directory,
            env=daemon.environment | settings,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        with process:
            process.kill()


@pytest.fixture
def refused(daemon: Daemon) -> Callable[..., None]:
    """
    A check that each way of starting ends with status 1, and with one line that names a setting. Its arguments: the
    setting, settings by the names of their variables, and whether the command itself is run, which loads the code.
    """

    def refused(setting: str, *, by_command: bool = False, **settings: str) -> None:
        environment = daemon.environment | settings
        # One after the other: they would take ports and the state directory away from each other.
        for arguments in (("-n", "hichat"), ("hichat",), ("-ny", TAC), ("-y", TAC)):
            with open(os.devnull, "r+b") as nothing, TemporaryFile("w+") as err:
                if by_command:
                    process: subprocess.Popen[bytes] | Forked = subprocess.Popen(
                        [TWISTD, *arguments], cwd=daemon.directory, env=environment, stdout=nothing, stderr=err
                    )
                else:
                    command = ("twistd", *arguments)
                    process = forks().start(command, daemon.directory, environment, nothing, nothing, err)
                try:
                    status = process.wait(60)
                finally:
                    process.kill()
                err.seek(0)
                said = err.read()
                assert (status, len(said.strip().splitlines())) == (1, 1), said
                assert setting in said

    return refused


@pytest.fixture
def pidfile(daemon: Daemon) -> Iterator[Path]:
    """The file with the process id of a daemon in the background, which is killed after the test."""
    path = daemon.directory / "twistd.pid"
    yield path
    with suppress(FileNotFoundError, ProcessLookupError, ValueError):
        os.kill(int(path.read_text()), signal.SIGKILL)


@SERVICES
def test_in_the_background(daemon: Daemon, pidfile: Path, service: tuple[str, ...]) -> None:
    """It forks, serves, logs to its file, and ends when it is told to."""
    done = daemon.run(TWISTD, *service)
    assert (done.returncode, done.stderr) == (0, "")
    wait(lambda: pidfile.exists() and pidfile.read_text())
    pid = int(pidfile.read_text())
    wait(daemon.serves)
    os.kill(pid, signal.SIGTERM)
    wait(lambda: not is_alive(pid))
    log = (daemon.directory / "twistd.log").read_text()
    assert "HiChat serves" in log
    assert "everything that was accepted is stored" in log
    assert "Traceback" not in log
    assert not pidfile.exists()


@SERVICES
def test_in_front(daemon: Daemon, start: Callable[..., subprocess.Popen[str]], service: tuple[str, ...]) -> None:
    process = start("-n", *service)
    wait(daemon.serves)
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (STOPPED, "")
    assert "HiChat serves" in out


def log_of(daemon: Daemon, *service: str) -> str:
    """@return: the file in which twistd logs a daemon that starts and stops."""
    daemon.service = service
    process = daemon.launch(["-l", "mine.log"])
    wait(daemon.serves)
    process.send_signal(signal.SIGTERM)
    process.wait(60)
    return (daemon.directory / "mine.log").read_text()


def test_the_log_file_of_twistd(daemon: Daemon) -> None:
    assert "HiChat serves" in log_of(daemon, "-y", TAC)


def test_options_come_first(daemon: Daemon) -> None:
    daemon.environment["HICHAT_UDP"] = "nonsense"
    done = daemon.run(TWISTD, "-n", "hichat", "--udp", "127.0.0.1:x")
    assert "option --udp" in done.stderr


# What cannot be


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("HICHAT_UDP", "here"),
        ("HICHAT_LISTEN", "tcp:eight"),
        ("HICHAT_LISTEN", "carrier-pigeon:8000"),
        ("HICHAT_LISTEN", "ssl:8443:privateKey=/nowhere.pem"),
        ("HICHAT_METRICS_LISTEN", "carrier-pigeon:9464"),
        ("HICHAT_LOG_LEVEL", "loud"),
        ("HICHAT_DATABASE", "mysql://root:geheim@127.0.0.1/x"),
    ],
)
def test_wrong_settings(refused: Callable[..., None], setting: str, value: str) -> None:
    refused(setting, **{setting: value})


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_certificate_that_is_not_there(daemon: Daemon, refused: Callable[..., None], workers: str) -> None:
    """The line names the file."""
    endpoint = f"ssl:{daemon.port}:privateKey=/nowhere.pem:certKey=/fullchain.pem"
    said = "HICHAT_LISTEN: /nowhere.pem cannot be read: No such file or directory"
    refused(said, HICHAT_LISTEN=endpoint, HICHAT_WORKERS=workers)


def test_a_taken_port(daemon: Daemon, refused: Callable[..., None]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", daemon.port))
        taken.listen()
        refused("HICHAT_LISTEN", by_command=True)
        at = f"tcp:{daemon.port}:interface=127.0.0.1"
        refused("HICHAT_METRICS_LISTEN", HICHAT_METRICS_LISTEN=at, HICHAT_LISTEN="unix:hichat.sock")


def test_a_taken_udp_port(daemon: Daemon, refused: Callable[..., None]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", daemon.udp))
        refused("HICHAT_UDP")


@pytest.mark.parametrize("path", ["file/below", "file", "/proc/hichat"])
def test_a_state_directory_that_cannot_be(daemon: Daemon, refused: Callable[..., None], path: str) -> None:
    (daemon.directory / "file").write_text("")
    refused("HICHAT_STATE_DIR", HICHAT_STATE_DIR=str(daemon.directory / path))


def test_a_state_directory_that_another_daemon_has(daemon: Daemon, refused: Callable[..., None]) -> None:
    """Also when it is of several workers. With the daemon it is free, however that ended."""
    lock = daemon.directory / "state" / "daemon.lock"
    port = ports.reserve()
    for workers in ("1", "2"):
        daemon.environment["HICHAT_WORKERS"] = workers
        daemon.fork()
        wait(lambda: lock.exists() and is_locked(lock))
        refused("HICHAT_STATE_DIR", HICHAT_LISTEN=f"tcp:{port}:interface=127.0.0.1", HICHAT_UDP="127.0.0.1:0")
        daemon.kill()
        assert not is_locked(lock)


def is_locked(path: Path) -> bool:
    with path.open() as file:
        try:
            flock(file, LOCK_EX | LOCK_NB)
        except BlockingIOError:
            return True
    return False


@WORKERS
def test_a_lock_that_cannot_be_had(daemon: Daemon, refused: Callable[..., None], workers: str) -> None:
    """Such as one that somebody else has left there."""
    (daemon.directory / "state").mkdir(0o700)
    (daemon.directory / "state" / "daemon.lock").mkdir()
    refused("HICHAT_STATE_DIR", HICHAT_WORKERS=workers)


def test_what_helps_fits_what_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    for path in (file, file / "below"):
        with pytest.raises(StartError) as raised:
            prepare_state_dir(path)
        assert str(raised.value).endswith(f"cannot write {path}: {file} is not a directory; name a directory")
    with pytest.raises(StartError) as raised:
        prepare_state_dir(Path("/proc/hichat"))
    assert str(raised.value).endswith("; name another directory")
    assert str(state_dir_error(file.parent, "Permission denied")).endswith(", or mend its mode")


def test_a_variable_that_is_no_setting(daemon: Daemon) -> None:
    daemon.environment["HICHAT_FOO"] = "1"
    log = log_of(daemon, "hichat")
    assert "HiChat serves" in log
    assert log.count("HICHAT_FOO is no setting") == 1


def test_a_database_that_is_none(daemon: Daemon, refused: Callable[..., None]) -> None:
    state = daemon.directory / "state"
    state.mkdir(0o700)
    (state / "hichat.db").write_bytes(b"not a database, but long enough to be read as one" * 100)
    refused("HICHAT_DATABASE")


def test_a_store_without_its_keys(daemon: Daemon, refused: Callable[..., None]) -> None:
    """Such as a backup of the database alone. What is lost is accepted by a command; then everybody logs in again."""
    token, state = daemon.token("ann"), daemon.directory / "state"
    lost = (state / "token.key").rename(daemon.directory / "lost")
    refused("token.key is missing")
    assert "keys import" in error_of(daemon, "token", "ann")
    assert not (state / "token.key").exists()
    daemon.command("keys", "accept")
    daemon.fork()
    wait(daemon.serves)
    for each, code in ((token, 401), (daemon.command("token", "ann").strip(), 200)):
        assert status_of(daemon, "/v2/me", each) == code
    log = daemon.log.read_text()
    for key in (lost, *state.glob("*.key")):
        assert key.read_bytes().hex() not in log


def status_of(daemon: Daemon, path: str, token: str) -> int:
    """@return: the status of the answer to a call with a token."""
    with socket.create_connection(("127.0.0.1", daemon.port), 10) as client:
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
        return int(client.recv(1000).split()[1])


def test_help(daemon: Daemon) -> None:
    done = daemon.run(TWISTD, "hichat", "--help")
    for option in ("--state-dir", "--listen", "--udp", "--database", "--log-level"):
        assert option in done.stdout
    done = daemon.run(TWISTD, "--help")
    assert "hichat" in done.stdout
    done = daemon.run(TWISTD, "hichat", "--version")
    assert done.stdout.startswith(f"hichat {__version__} (Python ")


def test_a_mistyped_option(daemon: Daemon) -> None:
    """One line says what is near, and not all options."""
    for arguments, complaint in (
        (("--lisen", "tcp:0"), "there is no option --lisen; did you mean --listen?"),
        (("--zzz",), "there is no option --zzz"),
        (("extra",), "there is an argument that is no option"),
        (("--listen",), "option --listen requires argument"),
    ):
        done = daemon.run(TWISTD, "-n", "hichat", *arguments)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == f"hichat: {complaint}; see twistd hichat --help\n"


# The `hichat` command's errors are one line


def error_of(daemon: Daemon, *arguments: str, line: str = "") -> str:
    """@return: the one line that C{hichat} writes when it fails."""
    done = daemon.hichat(*arguments, line=line)
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (1, 1), done
    return done.stderr


@pytest.mark.parametrize("command", ["token nobody", "user disable nobody", "user passwd nobody"])
def test_unknown_user(daemon: Daemon, command: str) -> None:
    daemon.prepare()
    complaint = error_of(daemon, *command.split())
    assert complaint == "hichat: there is no user 'nobody'; `hichat user list` shows all\n"


@pytest.mark.parametrize("command", ["user list", "token ann", "user disable ann"])
def test_no_state_directory(daemon: Daemon, command: str) -> None:
    """Only what makes something makes the directory."""
    assert "HICHAT_STATE_DIR" in error_of(daemon, *command.split())


@pytest.mark.parametrize(
    ("name", "password", "reason"),
    [
        ("ann", "", "password"),
        (" ", "x", "name"),
        ("a\u200bnn", "correct horse", "single blanks"),
        ("ann", "short", "at least 8 characters"),
        ("ann", "password", "others would guess"),
        ("ann", "ann and some words", "the user's name"),
    ],
)
def test_bad_names_and_passwords(daemon: Daemon, name: str, password: str, reason: str) -> None:
    assert reason in error_of(daemon, "user", "add", name, line=f"{password}\n")


def test_no_server(daemon: Daemon) -> None:
    """The line names the address, and says how to start a daemon, in the language that is wanted."""
    address = "http://127.0.0.1:1"
    for language, words in (("en", f"no answer from {address}"), ("zh", "连不上服务器")):
        asked = ("chat", "--server", address, "--user", "ann", "--language", language)
        error = error_of(daemon, *asked, line="x\n")
        assert "Traceback" not in error
        assert words in error
        assert address in error
        assert "twistd -n hichat" in error
