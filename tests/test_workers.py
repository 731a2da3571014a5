"""The supervisor of several workers, with processes that are not there."""

from __future__ import annotations

import io
import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from twisted.internet.error import ProcessDone, ProcessExitedAlready, ProcessTerminated
from twisted.internet.protocol import ProcessProtocol
from twisted.internet.task import Clock, LoopingCall
from twisted.internet.testing import StringTransportWithDisconnection
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from hichat.cluster import nodes
from hichat.cluster.locks import SessionLocks
from hichat.core.errors import StartError
from hichat.daemon import settings
from hichat.daemon.assembly import WRITER_SOCKET
from hichat.daemon.roll_call import ROLL_CALL, SERVES
from hichat.daemon.service import STOP_DEADLINE, HiChat
from hichat.daemon.supervisor import NODE, NUMBER, WORKER_LINE_LIMIT, Supervisor
from hichat.daemon.worker import Leash, tell_facts
from hichat.pipeline.ledger.process import MODULE
from hichat.runtime.supervision import EXIT_TIMEOUT, RESTART_PAUSE, RESTART_PAUSE_LIMIT, STEADY
from tests.support import ports
from tests.support.doubles import make_database
from tests.support.postgres import OnPostgreSQL


class Process:
    """A process's transport."""

    def __init__(self, worker: ProcessProtocol, environment: Mapping[str, str], files: Mapping[int, object]) -> None:
        self.worker = worker
        self.environment = environment
        self.files = files
        self.pid: int | None = 4711
        self.signals: list[str] = []
        self.is_let_go = False
        self.told = b""
        worker.makeConnection(self)

    def signalProcess(self, name: str) -> None:  # noqa: N802
        if self.pid is None:
            raise ProcessExitedAlready
        self.signals.append(name)

    def writeToChild(self, file: int, data: bytes) -> None:  # noqa: N802
        assert file == 0
        self.told += data

    def loseConnection(self) -> None:  # noqa: N802
        self.is_let_go = True

    def exit(self, signal: int | None = None, status: int | None = None) -> None:
        """It ends; what it has started holds its pipes."""
        self.pid = None
        self.reason = Failure(ProcessTerminated(status, signal) if signal or status else ProcessDone(0))
        self.worker.processExited(self.reason)

    def end(self, signal: int | None = None, status: int | None = None) -> None:
        self.exit(signal, status)
        self.worker.processEnded(self.reason)


class Reactor(Clock):
    """A reactor whose processes are not there."""

    def __init__(self) -> None:
        super().__init__()
        self.processes: list[Process] = []
        self.sockets: list[StringTransportWithDisconnection] = []
        self.refuse = 0

    def spawnProcess(  # noqa: N802
        self, worker: Any, executable: str, args: Any, env: Mapping[str, str], **more: Any
    ) -> Process:
        if MODULE in args:
            self.hub = Process(worker, env, more["childFDs"])
            return self.hub
        if self.refuse:
            self.refuse -= 1
            raise OSError("no more processes")
        process = Process(worker, env, more["childFDs"])
        self.processes.append(process)
        return process

    def adoptStreamConnection(self, file: int, family: int, factory: Any) -> None:  # noqa: N802
        """A socket; the first one is the log's writer's."""
        protocol = factory.buildProtocol(None)
        transport = StringTransportWithDisconnection()
        self.sockets.append(transport)
        transport.protocol = protocol
        vars(transport)["getHandle"] = socket.socket
        protocol.makeConnection(transport)

    @property
    def writer_is_wanted(self) -> bool:
        return bool(self.sockets[0].connected)


class SupervisorCase(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = Reactor()
        self.log = io.StringIO()
        self.processes = self.clock.processes
        self.port = ports.reserve()
        self.state = Path(self.mktemp()).absolute()
        self.supervisor = self.supervise()

    def supervise(self, **changed: str) -> Supervisor:
        given = {"state-dir": str(self.state), "workers": "3", "listen": f"tcp:{self.port}:interface=127.0.0.1"}
        found = settings.load(given | changed, {}, self.state)
        return Supervisor(found, self.clock, None, self.log)

    def stop(self) -> None:
        stopped = self.supervisor.stopService()
        for process in self.processes:
            if process.pid:
                process.end()
        self.clock.hub.end()
        self.successResultOf(stopped)


class SupervisorTests(SupervisorCase):
    def test_a_state_directory_that_holds_something_else(self) -> None:
        self.state.mkdir(0o700)
        (self.state / "token.key").mkdir()
        error = self.assertRaises(StartError, self.supervisor.startService)
        self.assertIn("HICHAT_STATE_DIR", str(error))
        self.assertNotIn("\n", str(error))
        self.assertEqual(self.processes, [])

    def test_the_door_of_the_logs_writer_cannot_be_made(self) -> None:
        self.state.mkdir(0o700)
        (self.state / WRITER_SOCKET).mkdir()
        error = self.assertRaises(StartError, self.supervisor.startService)
        self.assertIn(f"cannot write {self.state}", str(error))
        self.assertIn(WRITER_SOCKET, str(error))
        self.assertNotIn("\n", str(error))
        self.assertEqual(self.processes, [])

    def test_each_knows_its_number_and_the_settings(self) -> None:
        self.supervisor.startService()
        self.assertEqual([process.environment[NUMBER] for process in self.processes], ["0", "1", "2"])
        for process in self.processes:
            self.assertEqual(settings.load({}, process.environment, self.state), self.supervisor._settings)
        for name in ("plane.key", "token.key", "hichat.db"):
            self.assertTrue((self.state / name).exists(), name)
        self.stop()

    def test_each_is_told_the_daemons_number(self) -> None:
        """At its start, and when it changes; also that there is none for a while."""
        self.supervisor.startService()
        self.assertEqual([process.environment[NODE] for process in self.processes], ["0"] * 3)
        self.clock.advance(STEADY)
        self.processes[0].end(signal=9)
        for number in (None, 12):
            self.supervisor._node_is(number)
        self.clock.advance(RESTART_PAUSE)
        gone, *others, started = self.processes
        self.assertEqual((gone.told, [process.told for process in others]), (b"", [b"\n12\n"] * 2))
        self.assertEqual((started.environment[NODE], started.told), ("12", b""))
        self.stop()

        heard: list[int | None] = []
        leash = Leash(self.fail, heard.append)
        for part in (b"\n1", b"2\n\n", b"3", b"\n"):
            leash.dataReceived(part)
        self.assertEqual(heard, [None, 12, None, 3])

    def test_one_that_ends_is_started_again(self) -> None:
        self.supervisor.startService()
        self.clock.advance(STEADY)
        self.processes[1].end(signal=9)
        self.assertEqual(len(self.processes), 3)
        self.clock.advance(RESTART_PAUSE)
        self.assertEqual([process.environment[NUMBER] for process in self.processes[3:]], ["1"])
        self.stop()

    def test_one_that_ends_at_once_is_started_less_and_less_often(self) -> None:
        self.supervisor.startService()
        pauses = []
        for _ in range(8):
            self.processes[-1].end(status=1)
            began, count = self.clock.seconds(), len(self.processes)
            while len(self.processes) == count:
                self.clock.advance(0.5)
            pauses.append(self.clock.seconds() - began)
        self.assertEqual(pauses, [1, 2, 4, 8, 16, RESTART_PAUSE_LIMIT, RESTART_PAUSE_LIMIT, RESTART_PAUSE_LIMIT])
        self.clock.advance(STEADY)
        self.processes[-1].end(status=1)
        self.clock.advance(RESTART_PAUSE)
        self.assertEqual(len(self.processes), 12)
        self.stop()

    def test_stopping_waits_for_all(self) -> None:
        self.supervisor.startService()
        stopped = self.supervisor.stopService()
        self.assertEqual([process.signals for process in self.processes], [["TERM"]] * 3)
        for process in self.processes:
            self.assertNoResult(stopped)
            self.assertTrue(self.clock.writer_is_wanted, "they still write")
            process.end()
        self.assertFalse(self.clock.writer_is_wanted)
        self.assertNoResult(stopped)
        self.clock.hub.end()
        self.successResultOf(stopped)
        self.assertEqual(self.clock.getDelayedCalls(), [])
        self.assertEqual(len(self.processes), 3)

    def test_one_that_does_not_stop_is_killed(self) -> None:
        self.supervisor.startService()
        self.processes[0].end(status=1)
        stopped = self.supervisor.stopService()
        self.processes[1].end()
        self.clock.advance(11)
        self.assertEqual(self.processes[2].signals, ["TERM", "KILL"])
        self.processes[2].end(signal=9)
        self.clock.hub.end()
        self.successResultOf(stopped)
        self.clock.advance(RESTART_PAUSE_LIMIT)
        self.assertEqual(len(self.processes), 3, "none is started any more")

    def test_a_writer_that_waits_for_the_store(self) -> None:
        """It is gone at the deadline, whether all workers are or not, and no other one is started."""
        for are_gone in (2, 3):
            self.supervisor.startService()
            hub, workers = self.clock.hub, self.processes[-3:]
            stopped = self.supervisor.stopService()
            self.clock.advance(STOP_DEADLINE - EXIT_TIMEOUT / 2)
            for worker in workers[:are_gone]:
                worker.end(status=1)
            self.assertEqual((self.clock.writer_is_wanted, hub.signals), (are_gone == 2, []))
            self.clock.advance(EXIT_TIMEOUT / 2)
            self.assertIn("KILL", hub.signals)
            hub.end(signal=9)
            for worker in workers[are_gone:]:
                worker.end(status=1)
            self.successResultOf(stopped)
            self.assertEqual(self.clock.getDelayedCalls(), [])
            self.assertIs(self.clock.hub, hub)
            self.clock.sockets.clear()
            self.supervisor = self.supervise()

    def test_one_that_cannot_be_started_is_tried_again(self) -> None:
        """Less and less often; the others are there meanwhile."""
        self.clock.refuse = 1
        self.supervisor.startService()
        self.assertEqual([process.environment[NUMBER] for process in self.processes], ["1", "2"])
        self.clock.refuse = 1
        self.clock.advance(RESTART_PAUSE)
        self.assertEqual((self.clock.refuse, len(self.processes)), (0, 2))
        self.clock.advance(RESTART_PAUSE)
        self.assertEqual(len(self.processes), 2)
        self.clock.advance(RESTART_PAUSE)
        self.assertEqual([process.environment[NUMBER] for process in self.processes], ["1", "2", "0"])
        self.stop()

    def test_one_that_waits_for_its_start_is_not_started_when_all_stop(self) -> None:
        self.clock.refuse = 1
        self.supervisor.startService()
        self.stop()
        self.assertEqual(self.clock.getDelayedCalls(), [])
        self.assertEqual(len(self.processes), 2)

    def test_what_one_has_started_holds_its_pipes(self) -> None:
        """It is let go of after a while, and the next worker is started."""
        self.supervisor.startService()
        first = self.processes[0]
        first.exit(signal=9)
        self.clock.advance(EXIT_TIMEOUT / 2)
        self.assertFalse(first.is_let_go)
        self.clock.advance(EXIT_TIMEOUT / 2)
        self.assertTrue(first.is_let_go)
        first.worker.processEnded(first.reason)
        self.clock.advance(RESTART_PAUSE)
        self.assertEqual(len(self.processes), 4)
        self.stop()

    def test_each_hears_by_its_standard_input_that_the_supervisor_is_gone(self) -> None:
        self.supervisor.startService()
        self.assertEqual(
            [{fd: process.files[fd] for fd in range(3)} for process in self.processes], [{0: "w", 1: "r", 2: "r"}] * 3
        )
        self.stop()

    def test_a_line_without_an_end(self) -> None:
        self.supervisor.startService()
        worker = self.processes[0].worker
        for _ in range(5):
            worker.childDataReceived(1, b"x" * (WORKER_LINE_LIMIT // 2))
        # Standard error is another line.
        worker.childDataReceived(2, b"last ")
        worker.childDataReceived(2, b"words")
        worker.childConnectionLost(1)
        worker.childConnectionLost(2)
        self.assertEqual(
            [len(line) for line in self.log.getvalue().split("\n")],
            [WORKER_LINE_LIMIT * 3 // 2, WORKER_LINE_LIMIT, 10, 0],
        )
        self.assertIn("\nlast words\n", self.log.getvalue())
        self.stop()

    def test_what_they_log_comes_in_whole_lines(self) -> None:
        self.supervisor.startService()
        first, second, _ = self.processes
        first.worker.childDataReceived(1, b"one\nt")
        second.worker.childDataReceived(2, b"other\n")
        first.worker.childDataReceived(1, b"wo\n")
        self.assertEqual(self.log.getvalue(), "one\nother\ntwo\n")
        self.stop()

    def test_a_port_that_is_taken(self) -> None:
        with socket.socket() as other:
            other.bind(("127.0.0.1", self.port))
            other.listen()
            error = self.assertRaises(StartError, self.supervisor.startService)
        self.assertIn("HICHAT_LISTEN", str(error))
        self.assertEqual(self.processes, [])

    def test_the_port_of_the_metrics_is_taken(self) -> None:
        """It is the daemon's from the start, and an error says which setting names it."""
        metrics = ports.reserve()
        supervisor = self.supervise(**{"metrics-listen": f"tcp:{metrics}:interface=127.0.0.1"})
        with socket.socket() as other:
            other.bind(("127.0.0.1", metrics))
            other.listen()
            error = self.assertRaises(StartError, supervisor.startService)
        self.assertIn(f"HICHAT_METRICS_LISTEN: cannot listen on tcp:{metrics}", str(error))
        self.assertEqual(self.processes, [])
        self.supervisor = supervisor
        supervisor.startService()
        for port in (self.port, metrics):
            with socket.socket() as other:
                self.assertRaises(OSError, other.bind, ("127.0.0.1", port))
        self.stop()

    def test_nobody_else_gets_the_port_meanwhile(self) -> None:
        self.supervisor.startService()
        with socket.socket() as other:
            self.assertRaises(OSError, other.bind, ("127.0.0.1", self.port))
        self.stop()

    def test_endpoints_that_cannot_be_shared(self) -> None:
        error = self.assertRaises(StartError, self.supervise, listen=f"unix:{os.devnull}")
        self.assertIn("HICHAT_WORKERS", str(error))
        more = {"metrics-listen": f"unix:{os.devnull}"}
        self.assertIn("HICHAT_WORKERS", str(self.assertRaises(StartError, self.supervise, **more)))

    def test_too_few_ports_behind_the_planes(self) -> None:
        error = self.assertRaises(StartError, self.supervise, udp="127.0.0.1:65534")
        self.assertIn("HICHAT_UDP", str(error))


class Told:
    """A service manager that wants signs of life within 40 seconds."""

    deadline = 40

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.said: list[str] = []

    def ready(self, status: str) -> None:
        self.said.append(status)

    def stopping(self) -> None:
        self.said.append("stops")

    def alive(self) -> None:
        self.said.append("alive")

    def every(self, share: float, act: Any) -> None:
        calls = LoopingCall(act)
        calls.clock = self.clock
        calls.start(self.deadline * share)
        self.end = calls.stop


class NoticesTests(SupervisorCase):
    """What the service manager hears of the workers."""

    def say(self, number: int, topic: str) -> None:
        self.supervisor._heard(number, topic, msgspec.Raw(b"\xc0"))

    def test_ready_when_all_serve_and_alive_while_all_answer(self) -> None:
        told = self.supervisor.notices = Told(self.clock)  # type: ignore[assignment]
        assert isinstance(told, Told)
        self.supervisor.startService()
        for number in (0, 1):
            self.say(number, SERVES)
        self.assertEqual(told.said, [])
        self.say(2, SERVES)
        self.assertEqual(told.said, [f"serves tcp:{self.port}:interface=127.0.0.1 with 3 workers"])
        for number in range(3):
            self.say(number, ROLL_CALL)
        self.assertEqual(told.said[1:], ["alive"])
        self.clock.advance(10)
        for number in (2, 0):
            self.say(number, ROLL_CALL)
        self.clock.pump([10] * 20)
        self.assertEqual(told.said[1:], ["alive"], "worker 1 is stuck")
        self.supervisor._gone(1)
        self.assertEqual(told.said[1:], ["alive", "alive"])
        self.say(1, SERVES)
        self.assertEqual(len(told.said), 3, "it was ready before")
        told.end()
        self.stop()
        self.assertEqual(told.said[-1], "stops")

    def test_one_that_serves_when_all_stop(self) -> None:
        told = self.supervisor.notices = Told(self.clock)  # type: ignore[assignment]
        assert isinstance(told, Told)
        self.supervisor.startService()
        for number in (0, 1):
            self.say(number, SERVES)
        stopped = self.supervisor.stopService()
        self.say(2, SERVES)
        self.assertEqual(told.said, ["stops"])
        for process in self.processes:
            process.end()
        self.clock.hub.end()
        self.successResultOf(stopped)


class NumberTests(OnPostgreSQL, SynchronousTestCase):
    def test_a_start_that_gets_no_number_ends_its_session(self) -> None:
        """Its locks are free again for other daemons."""
        closed: list[SessionLocks] = []
        close = SessionLocks.close

        def note(locks: SessionLocks) -> None:
            closed.append(locks)
            close(locks)

        self.patch(SessionLocks, "close", note)
        self.patch(nodes, "NUMBERS", 0)
        state = Path(self.mktemp()).absolute()
        given = {"state-dir": str(state), "workers": "2", "listen": f"tcp:{ports.reserve()}:interface=127.0.0.1"}
        found = settings.load(given | {"database": make_database(self)}, {}, state)
        supervisor = Supervisor(found, Reactor(), None, io.StringIO())
        error = self.assertRaises(StartError, supervisor.startService)
        self.assertIn("0 daemons use this database already", str(error))
        self.assertEqual(len(closed), 1)


class FactsTests(SynchronousTestCase):
    def test_one_that_is_stopping_says_nothing(self) -> None:
        """It has none any more, and the supervisor hears until the end of its process."""
        told: list[Any] = []

        class Listening:
            def tell(self, *said: Any) -> None:
                told.append(said)

        service = HiChat(settings.load({}, {}, Path("/")), lambda *_: self.fail(), Clock(), worker=1)
        tell_facts(service, Listening())  # type: ignore[arg-type]
        self.assertEqual(told, [])
