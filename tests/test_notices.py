"""Tests for L{hichat.runtime.notices}, with a real socket."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from typing import Any

from twisted.internet.task import Clock
from twisted.logger import eventAsText
from twisted.trial.unittest import SynchronousTestCase

from hichat.runtime.notices import ServiceNotices
from tests.support.doubles import watch_log
from tests.support.service_manager import ServiceManager


class NoticesCase(SynchronousTestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.path = Path(directory.name, "notify")
        self.manager = self.listen(str(self.path))
        self.clock = Clock()
        self.lines: list[str] = []
        watch_log(self, lambda event: self.lines.append(eventAsText(event)))

    def listen(self, address: str) -> ServiceManager:
        manager = ServiceManager(address)
        self.addCleanup(manager.close)
        return manager

    def make(self, **environment: str) -> ServiceNotices:
        return ServiceNotices({"NOTIFY_SOCKET": self.manager.address, **environment}, self.clock)


class TellingTests(NoticesCase):
    def test_a_life(self) -> None:
        notices = self.make()
        notices.tell(STATUS="looks\nat its store")
        notices.ready("serves")
        notices.stopping()
        self.assertEqual(
            self.manager.heard(),
            [
                {"STATUS": "looks at its store"},
                {"READY": "1", "STATUS": "serves"},
                {"STOPPING": "1", "STATUS": "stops"},
            ],
        )

    def test_an_abstract_socket(self) -> None:
        self.manager = self.listen(f"@hichat-test-{os.getpid()}-{self.path.parent.name}")
        self.make().ready("serves")
        self.assertEqual(self.manager.count("READY"), 1)

    def test_reloading(self) -> None:
        """The service manager tells by the time which request this is the answer to."""
        notices = self.make()
        notices.ready("serves")
        before = time.monotonic_ns() // 1000
        with notices.reloading():
            self.assertEqual(self.manager.count("RELOADING"), 1)
            self.assertEqual(self.manager.count("READY"), 1)
        told = self.manager.notices[1]
        self.assertTrue(before <= int(told["MONOTONIC_USEC"]) <= time.monotonic_ns() // 1000)
        self.assertEqual(self.manager.heard()[2], {"READY": "1"})

    def test_reloading_while_it_does_not_serve(self) -> None:
        """Nothing makes it ready but that it serves."""
        notices = self.make()
        with notices.reloading():
            pass
        self.assertEqual(self.manager.heard(), [])
        notices.ready("serves")
        notices.stopping()
        with notices.reloading():
            pass
        self.assertEqual((self.manager.count("READY"), self.manager.count("RELOADING")), (1, 0))

    def test_a_reload_that_fails(self) -> None:
        notices = self.make()
        notices.ready("serves")
        with self.assertRaises(ZeroDivisionError), notices.reloading():
            raise ZeroDivisionError
        self.assertEqual(self.manager.count("READY"), 2)

    def test_without_a_service_manager(self) -> None:
        notices = ServiceNotices({}, self.clock)
        notices.ready("serves")
        notices.every(1 / 2, notices.alive)
        self.assertEqual((self.clock.getDelayedCalls(), self.lines), ([], []))

    def test_children_are_not_told_of_it(self) -> None:
        environment = {"NOTIFY_SOCKET": "/x", "WATCHDOG_USEC": "1", "WATCHDOG_PID": "1", "HOME": "/"}
        ServiceNotices(environment, self.clock)
        self.assertEqual(environment, {"HOME": "/"})

    def test_one_that_is_gone(self) -> None:
        """One line, however often; and the daemon goes on."""
        for address in (str(self.path.with_name("nobody")), "vsock:2:1", "@" + "x" * 200):
            self.manager.address = address
            notices = self.make()
            for _ in range(3):
                notices.ready("serves")
        found = [line for line in self.lines if "cannot be told how the daemon is" in line]
        self.assertEqual((len(found), len(self.lines)), (3, 3))


class WatchdogTests(NoticesCase):
    def beats(self, notices: ServiceNotices, seconds: float) -> int:
        before = self.manager.count("WATCHDOG")
        self.clock.pump([0.5] * round(seconds / 0.5))
        return self.manager.count("WATCHDOG") - before

    def test_signs_of_life(self) -> None:
        notices = self.make(WATCHDOG_USEC="30000000", WATCHDOG_PID=str(os.getpid()))
        self.assertEqual((notices.deadline, self.beats(notices, 100)), (30, 0))
        notices.every(1 / 2, notices.alive)
        self.assertEqual(self.manager.count("WATCHDOG"), 1)
        self.assertEqual(self.beats(notices, 60), 4)
        notices.stopping()
        self.assertEqual(self.beats(notices, 30), 2, "until the end")

    def test_wanted_of_another_process(self) -> None:
        notices = self.make(WATCHDOG_USEC="30000000", WATCHDOG_PID=str(os.getppid()))
        notices.every(1 / 2, notices.alive)
        self.assertEqual(self.beats(notices, 60), 0)

    def test_not_wanted(self) -> None:
        for text in ({}, {"WATCHDOG_USEC": "0"}, {"WATCHDOG_USEC": ""}, {"WATCHDOG_USEC": "soon"}):
            given: Any = text
            notices = self.make(**given)
            notices.every(1 / 2, notices.alive)
            self.assertEqual((notices.deadline, self.clock.getDelayedCalls()), (None, []))
