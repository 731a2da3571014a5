"""What service managers, terminals and containers do to a daemon: signals, files that are left over, modes of files."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import ssl
import stat
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from hichat.core.errors import StartError
from hichat.daemon.service import check_state_dir
from tests.support.certificates import CertificateAuthority
from tests.support.daemon import ROOT, STOPPED, Daemon, is_alive, is_healthy, wait

pytestmark = pytest.mark.usefixtures("usual_umask")

HARMLESS = (signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2)


@pytest.fixture
def usual_umask() -> Iterator[None]:
    """The umask that a login sets. What the daemon makes is private all the same."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture
def pid_namespaces() -> None:
    """Pid namespaces, as containers have them; without the right to make one the test is skipped."""
    if subprocess.run(["unshare", "--pid", "--fork", "true"], capture_output=True, check=False).returncode:
        pytest.skip("no pid namespaces may be made here")


def signals_of(pid: int, *fields: str) -> int:
    """@return: the signals in these sets of a process, as a mask; no signals if there is no such process."""
    try:
        status = dict(line.split(":\t") for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    except OSError:
        return 0
    mask = 0
    for field in fields:
        mask |= int(status[field], 16)
    return mask


def ignores(pid: int) -> bool:
    """@return: whether each of them is ignored or has a function; nohup(1) sees to that of SIGHUP alone."""
    harmless = signals_of(pid, "SigIgn", "SigCgt")
    return all(harmless >> (number - 1) & 1 for number in HARMLESS)


def is_signalled(pid: int) -> bool:
    """@return: whether a signal is on its way to a process, which does not block it."""
    return bool(signals_of(pid, "SigPnd", "ShdPnd") & ~signals_of(pid, "SigBlk"))


def stops_in_order(pid: int) -> bool:
    """@return: whether a process has a function for SIGTERM."""
    return bool(signals_of(pid, "SigCgt") >> (signal.SIGTERM - 1) & 1)


def written(daemon: Daemon, name: str) -> str:
    path = daemon.directory / name
    return path.read_text() if path.exists() else ""


# Harmless signals


def start_under_fire(daemon: Daemon, *arguments: str) -> subprocess.Popen[bytes]:
    process = daemon.launch(arguments)
    # What comes before twistd has found out that it is to run HiChat nobody can mend here.
    wait(lambda: ignores(process.pid))
    while not daemon.serves():
        for number in HARMLESS:
            process.send_signal(number)
        time.sleep(0.01)
    return process


def test_at_the_start_and_at_the_end_of_one(daemon: Daemon) -> None:
    process = start_under_fire(daemon, "--pidfile=")
    wait(lambda: len(daemon.children()) == 2)
    for child in daemon.children():
        for number in HARMLESS:
            os.kill(child, number)
    children = daemon.children()
    process.terminate()
    while process.poll() is None:
        for number in HARMLESS:
            process.send_signal(number)
        time.sleep(0.002)
    assert process.returncode == STOPPED
    assert "everything that was accepted is stored" in daemon.log.read_text()
    assert " ended (" not in daemon.log.read_text(), children


def test_several_workers_and_all_that_is_theirs(daemon: Daemon) -> None:
    """As `systemctl kill` sends it: to everybody; the log goes to the new file, what workers say too."""
    daemon.environment["HICHAT_WORKERS"] = "2"
    process = start_under_fire(daemon, "--pidfile=", "-l", "mine.log")
    wait(lambda: written(daemon, "mine.log").count("HiChat serves") == 3)
    family = [*daemon.children()]
    for task in [path for pid in family for path in Path(f"/proc/{pid}/task").glob("*/children")]:
        family += map(int, task.read_text().split())
    (daemon.directory / "mine.log").rename(daemon.directory / "old.log")
    for number in HARMLESS:
        for pid in (process.pid, *family):
            os.kill(pid, number)
    wait(lambda: "the log goes on here" in written(daemon, "mine.log"))
    wait(lambda: not any(is_signalled(pid) for pid in family))
    assert [pid for pid in family if not is_alive(pid)] == []
    assert stat.S_IMODE((daemon.directory / "mine.log").stat().st_mode) == 0o600
    daemon.stop_in_order()
    assert written(daemon, "mine.log").count("everything that was accepted is stored") == 2
    assert "is stored" not in written(daemon, "old.log")
    assert " ended (" not in written(daemon, "old.log") + written(daemon, "mine.log")


@pytest.mark.parametrize(("workers", "serving"), [(1, 1), (2, 3)])
def test_ending_it_again_while_it_stops(daemon: Daemon, workers: int, serving: int) -> None:
    """As a service manager or an impatient operator does."""
    daemon.environment["HICHAT_WORKERS"] = f"{workers}"
    process = daemon.fork()
    wait(lambda: written(daemon, "log").count("HiChat serves") == serving)
    # A worker that has said so is ready for the signal a moment later.
    wait(lambda: sum(map(stops_in_order, (process.pid, *daemon.children()))) == serving)
    wait(daemon.serves)
    process.send_signal(signal.SIGTERM)
    while process.poll() is None:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        time.sleep(0.002)
    assert process.wait(60) == STOPPED
    log = daemon.log.read_text()
    assert (log.count("HiChat stops already"), log.count("Traceback")) == (1, 0), log
    assert log.count("everything that was accepted is stored") == workers


def test_a_log_that_cannot_be_opened_anew(daemon: Daemon) -> None:
    logs = daemon.directory / "logs"
    logs.mkdir()
    process = daemon.fork(("--pidfile=", "-l", "logs/mine.log"))
    wait(daemon.serves)
    logs.rename(daemon.directory / "away")
    process.send_signal(signal.SIGHUP)
    wait(lambda: "the log cannot be opened anew" in written(daemon, "away/mine.log"))
    daemon.stop_in_order()
    assert "everything that was accepted is stored" in written(daemon, "away/mine.log")


# Certificates


def presented(daemon: Daemon, root: bytes) -> str:
    """@return: the certificate that a new connection gets, whose client knows the root only."""
    context = ssl.create_default_context(cadata=root.decode())
    with context.wrap_socket(connected(daemon), server_hostname="chat.example.org") as client:
        return ssl.DER_cert_to_PEM_cert(client.getpeercert(binary_form=True) or b"").strip()


def connected(daemon: Daemon) -> socket.socket:
    """@return: a new connection."""
    return socket.create_connection(("127.0.0.1", daemon.port), 60)


@pytest.mark.parametrize("workers", [1, 2])
def test_certificates_are_read_again(daemon: Daemon, workers: int) -> None:
    """Of the file with the whole chain, by each worker. Whoever is connected stays so."""
    authority = CertificateAuthority()
    (key1, one), (key2, two) = authority.issue("chat.example.org"), authority.issue("chat.example.org")
    key, certificate = daemon.directory / "privkey.pem", daemon.directory / "fullchain.pem"
    key.write_bytes(key1)
    certificate.write_bytes(one)
    daemon.environment["HICHAT_WORKERS"] = f"{workers}"
    files = "privateKey=privkey.pem:certKey=fullchain.pem"
    daemon.environment["HICHAT_LISTEN"] = f"ssl:{daemon.port}:interface=127.0.0.1:{files}"
    process = daemon.fork()

    def said(text: str) -> int:
        return daemon.log.read_text().count(text)

    wait(lambda: said("HICHAT_LISTEN uses fullchain.pem, good until ") == workers)
    wait(lambda: said("HiChat serves") == (3 if workers == 2 else 1))
    # The kernel chooses the worker.
    for _ in range(8):
        assert one.decode().startswith(presented(daemon, authority.root))
    context = ssl.create_default_context(cadata=authority.root.decode())
    with context.wrap_socket(connected(daemon), server_hostname="chat.example.org") as old:
        # Half of a renewal, rubbish and nothing at all: each is one line, and nothing changes.
        for count, wrong in enumerate((two, b"rubbish", None), 1):
            certificate.write_bytes(wrong) if wrong else certificate.unlink()
            process.send_signal(signal.SIGHUP)
            told = count * workers
            wait(lambda told=told: said("the certificates cannot be read again") == told)  # type: ignore[misc]
            assert one.decode().startswith(presented(daemon, authority.root))
        key.write_bytes(key2)
        certificate.write_bytes(two)
        process.send_signal(signal.SIGHUP)
        wait(lambda: said("the certificates were read again") == workers)
        for _ in range(8):
            assert two.decode().startswith(presented(daemon, authority.root))
        assert is_healthy(old)
    lines = [line for line in daemon.log.read_text().splitlines() if "cannot be read again" in line]
    assert [line for line in lines if not line.endswith("; the ones from before stay")] == []
    assert len([line for line in lines if "fullchain.pem" in line]) == 3 * workers
    daemon.stop_in_order()


# What is left over


def launch_in_container(daemon: Daemon, first: str = "") -> None:
    """
    Start the daemon where it is process 1.

    @param first: a command that is process 1 instead; then the daemon is 2.
    """
    prefix: tuple[str, ...] = ("unshare", "--pid", "--fork", "--kill-child", "--mount-proc")
    if first:
        prefix = (*prefix, "sh", "-c", f'{first}; "$@"; exit $?', "sh")
    daemon.launch((), prefix)
    wait(daemon.serves)


def kill_container(daemon: Daemon) -> None:
    daemon.kill()
    daemon.process = None
    wait(lambda: not daemon.serves())


@pytest.mark.usefixtures("pid_namespaces")
@pytest.mark.parametrize("service", [("hichat",), ("-y", str(ROOT / "hichat.tac"))], ids=["plugin", "tac"])
def test_process_1_again(daemon: Daemon, service: tuple[str, ...]) -> None:
    daemon.service = service
    for _ in range(2):
        launch_in_container(daemon)
        kill_container(daemon)


@pytest.mark.usefixtures("pid_namespaces")
def test_process_2_again(daemon: Daemon) -> None:
    for _ in range(2):
        launch_in_container(daemon, first=":")
        assert written(daemon, "twistd.pid") == "2"
        kill_container(daemon)


def test_a_pid_file_of_somebody_else(daemon: Daemon) -> None:
    """A process that has the number now; and one that is cut short."""
    pidfile = daemon.directory / "twistd.pid"
    pidfile.write_text(str(os.getpid()))
    os.utime(pidfile, (time.time() - 1_000_000,) * 2)
    for _ in range(2):
        daemon.fork(())
        wait(daemon.serves)
        daemon.stop_in_order()
        assert not pidfile.exists()
        pidfile.write_text("")


def test_a_pid_file_of_one_that_runs(daemon: Daemon) -> None:
    """Twistd's own refusal, also where it is of another service."""
    with subprocess.Popen(["sleep", "1000"]) as other:
        (daemon.directory / "twistd.pid").write_text(str(other.pid))
        try:
            assert daemon.fork(()).wait(60) == 1
        finally:
            other.kill()
    assert "Another twistd server is running" in daemon.log.read_text()


def speaks(daemon: Daemon, path: Path) -> bool:
    """@return: whether the daemon is healthy, by the UNIX socket at this path."""
    assert daemon.process is not None
    assert daemon.process.poll() is None, daemon.log.read_text()
    with socket.socket(socket.AF_UNIX) as client:
        if client.connect_ex(str(path)):
            return False
        return is_healthy(client)


def test_a_unix_socket(daemon: Daemon, short_directory: Path) -> None:
    """With Twisted's lock beside it, which names a process that there is, or without one."""
    path = short_directory / "socket"
    for option in ("", ":lockfile=0"):
        daemon.environment["HICHAT_LISTEN"] = f"unix:{path}{option}"
        for _ in range(2):
            daemon.fork()
            wait(lambda: speaks(daemon, path))
            daemon.kill()
            assert path.exists()
            lock = Path(f"{path}.lock")
            if lock.is_symlink():
                lock.unlink()
                lock.symlink_to(str(os.getpid()))


def test_a_unix_socket_that_somebody_has(daemon: Daemon, short_directory: Path) -> None:
    path = short_directory / "socket"
    daemon.environment["HICHAT_LISTEN"] = f"unix:{path}:lockfile=0"
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(path))
        other.listen()
        assert daemon.fork().wait(60) == 1
    assert "HICHAT_LISTEN" in daemon.log.read_text()
    assert path.exists()


# Modes


def open_to_others(directory: Path) -> list[str]:
    """@return: what somebody else may do anything with, and its mode."""
    assert directory.exists()
    found = []
    for path in (directory, *directory.rglob("*")):
        # A daemon that runs removes files meanwhile.
        with contextlib.suppress(FileNotFoundError):
            mode = stat.S_IMODE(path.stat().st_mode)
            if mode & 0o077:
                found.append(f"{path}: {mode:o}")
    return found


@pytest.mark.parametrize("workers", ["1", "2"])
def test_what_the_daemon_makes(daemon: Daemon, workers: str) -> None:
    """Whatever mask it was started with, and twistd is told of."""
    daemon.environment["HICHAT_WORKERS"] = workers
    state = daemon.directory / "state"
    daemon.fork(("--pidfile=", "-l", "mine.log", "--umask", "022"))
    wait(daemon.serves)
    wait((state / "hichat.db-search").exists)
    daemon.command("user", "add", "ann", line="correct horse\n")
    assert (state / "hichat.db-wal").exists()
    assert open_to_others(state) == []
    assert stat.S_IMODE((daemon.directory / "mine.log").stat().st_mode) == 0o600
    daemon.stop_in_order()


def add_ann(daemon: Daemon) -> subprocess.CompletedProcess[str]:
    return daemon.hichat("user", "add", "ann", line="correct horse\n")


def test_what_the_command_makes(daemon: Daemon) -> None:
    daemon.command("user", "add", "ann", line="correct horse\n")
    (daemon.directory / "tokens").touch(0o644)
    daemon.command("bench", "prepare", "--users", "3", "--tokens", "tokens", "--state-dir", "bench")
    for name in ("state", "bench", "tokens"):
        assert open_to_others(daemon.directory / name) == []


def test_a_directory_that_is_open_to_everybody(daemon: Daemon) -> None:
    """One line, of the daemon and of each command, with what mends it; also behind a link, with odd letters."""
    state = daemon.directory / "o'state dir"
    link = daemon.directory / "link"
    state.mkdir()
    link.symlink_to(state)
    for mode, path in ((0o755, state), (0o701, state), (0o704, link), (0o702, state)):
        state.chmod(mode)
        daemon.environment["HICHAT_STATE_DIR"] = str(path)
        runs = [daemon.twistd("-n", "hichat"), add_ann(daemon), daemon.hichat("user", "list")]
        for done in runs if mode == 0o755 else runs[:1]:
            (line,) = done.stderr.strip().splitlines()
            assert done.returncode == 1
            assert "HICHAT_STATE_DIR" in line
        assert list(state.iterdir()) == []
    subprocess.run(["sh", "-c", line.partition("mend it with: ")[2]], check=True)
    check_state_dir(link)
    state.chmod(0o755)
    with pytest.raises(StartError):
        check_state_dir(link)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_directory_that_is_open_to_a_group(daemon: Daemon, workers: str) -> None:
    state = daemon.directory / "state"
    state.mkdir()
    state.chmod(0o750)
    database = daemon.directory / "elsewhere.db"
    database.touch(0o644)
    daemon.environment |= {"HICHAT_DATABASE": f"sqlite:///{database}", "HICHAT_WORKERS": workers}
    assert add_ann(daemon).stderr.count("chmod") == 2
    daemon.fork()
    wait(daemon.serves)
    daemon.stop_in_order()
    log = daemon.log.read_text()
    assert (log.count(f"chmod 700 {state}"), log.count(f"chmod 600 {database}")) == (1, 1)
