"""The log's two forms."""

import io
import json
import os
from pathlib import Path
from typing import Any

from twisted.internet.task import Clock
from twisted.logger import Logger, LogLevel
from twisted.trial.unittest import SynchronousTestCase

from hichat.runtime.logs import (
    KINDS_LIMIT,
    LINE_LIMIT,
    MINUTE,
    TOLD_ONE_BY_ONE,
    JSONLines,
    Summarized,
    make_observer,
    open_log,
    plain,
    reopen_log,
)

FOREIGN = "a\nb\r\x00\x1b[2J\x7f\x9b\u202eevil\u2028\u2066\ud800\U000e0041\ufeffend"
"""What a terminal obeys, what turns or ends a line, half a character, and what nobody sees."""


class Reactor(Clock):
    """What the log needs of one."""

    def __init__(self) -> None:
        super().__init__()
        self.triggers: list[Any] = []

    def callFromThread(self, call, *args) -> None:
        call(*args)

    def addSystemEventTrigger(self, phase, event, call) -> None:  # noqa: N802
        self.triggers.append(call)


class JSONLinesTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.file = io.StringIO()
        self.log = Logger(namespace="hichat.test", observer=JSONLines(self.file))

    def lines(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.file.getvalue().splitlines()]

    def test_fields(self) -> None:
        self.log.info("user {user} said\nsomething", user=7)
        (line,) = self.lines()
        self.assertEqual(line["message"], "user 7 said\nsomething")
        self.assertEqual((line["user"], line["level"], line["namespace"]), (7, "info", "hichat.test"))

    def test_the_node(self) -> None:
        """Once the daemon has a number."""
        number: list[int] = []
        log = Logger(observer=JSONLines(self.file, node=lambda: number[0] if number else None))
        log.info("before")
        number.append(0)
        log.info("then")
        before, then = self.lines()
        self.assertNotIn("node", before)
        self.assertEqual(then["node"], 0)

    def test_objects_stay_out(self) -> None:
        self.log.info("{user}", user=7, request=self)
        self.assertNotIn("request", self.lines()[0])

    def test_failure(self) -> None:
        try:
            raise ZeroDivisionError
        except ZeroDivisionError:
            self.log.failure("bad")
        self.assertIn("ZeroDivisionError", str(self.lines()[0]["traceback"]))


class PlainTests(SynchronousTestCase):
    """Nothing that strangers send gets into the log as it is, and one event is one line."""

    def log_as(self, form, worker=None):
        self.file = io.StringIO()
        observer = make_observer("debug", form, self.file, Reactor(), worker)
        return Logger(namespace="twisted.test", observer=observer)

    def lines(self):
        *lines, end = self.file.getvalue().split("\n")
        self.assertEqual(end, "")
        for line in lines:
            self.assertTrue(line.removeprefix("\t").isprintable(), ascii(line))
            line.encode()
        return lines

    def test_text(self):
        for worker in (None, 3):
            log = self.log_as("text", worker)
            log.info("{name} said hello, 小明 👍", name=FOREIGN)
            (line,) = self.lines()
            self.assertIn("[twisted.test#info] a\\nb\\r\\x00\\x1b[2J\\x7f\\x9b\\u202eevil", line)
            self.assertTrue(line.endswith("said hello, 小明 👍"))
            self.assertEqual(line.startswith("worker 3: "), worker == 3)

    def test_json(self):
        log = self.log_as("json")
        log.info("{name} said", name=FOREIGN)
        (line,) = self.lines()
        self.assertEqual(json.loads(line)["name"], FOREIGN.replace("\ud800", "\ufffd"))

    def test_what_an_exception_says(self):
        for form in ("text", "json"):
            log = self.log_as(form)
            try:
                raise ValueError(FOREIGN + "\n2026-11-28T00:00:00+0000 [hichat#info] all is well")
            except ValueError:
                log.failure("no {name}", name=FOREIGN)
            first, *others = self.lines()
            self.assertEqual([line for line in others if not line.startswith("\t")], [])
            self.assertTrue("all is well" in (others[-1] if form == "text" else first))

    def test_other_systems_and_formats_that_fail(self):
        log = self.log_as("text")
        log.info("{missing}", **{"log_system": FOREIGN, "name": FOREIGN})
        self.assertEqual(len(self.lines()), 1)

    def test_long_ones(self):
        log = self.log_as("text")
        log.info("{name}", name="x" * 1_000_000)
        log.info("{name}", name="\x1b" * 1_000_000)
        for line in self.lines():
            self.assertLess(len(line), 4 * LINE_LIMIT + 200)

    def test_plain(self):
        self.assertEqual(plain("小明 says: it's fine"), "小明 says: it's fine")
        self.assertEqual(plain("a\tb\\n"), "a\\tb\\n")


class SummaryTests(SynchronousTestCase):
    def setUp(self):
        self.clock = Clock()
        self.written: list[Any] = []
        write: Any = self.written.append
        self.observer = Summarized(write, self.clock.callLater, self.clock.seconds)
        self.log = Logger(namespace="twisted.web.http", observer=self.observer)

    def test_a_thousand_in_a_minute(self):
        """One by one at first, then how many; also if nothing is logged any more."""
        for number in range(1000):
            self.log.info("Timing out client: {peer}", peer=f"10.0.0.{number}")
        self.assertEqual(len(self.written), TOLD_ONE_BY_ONE)
        self.clock.advance(MINUTE)
        (summary,) = self.written[TOLD_ONE_BY_ONE:]
        self.assertEqual((summary["count"], summary["log_level"]), (1000 - TOLD_ONE_BY_ONE, LogLevel.info))
        self.assertIn("10.0.0.999", summary["last"])
        self.clock.advance(MINUTE)
        self.log.info("Timing out client: {peer}", peer="x")
        self.assertEqual(len(self.written), TOLD_ONE_BY_ONE + 2)

    def test_kinds(self):
        """By what is said, and by the exception; what differs in numbers only is one, also where all is a field."""
        for number in range(100):
            self.log.error("{text}", text=f"connection {number} broke")
            for kind in (OSError, ValueError):
                try:
                    raise kind(number)
                except kind:
                    self.log.failure("Unhandled Error")
        self.assertEqual(len(self.written), 3 * TOLD_ONE_BY_ONE)
        self.clock.advance(MINUTE)
        self.assertEqual([each["count"] for each in self.written[3 * TOLD_ONE_BY_ONE :]], [100 - TOLD_ONE_BY_ONE] * 3)

    def test_what_is_not_counted(self):
        own = Logger(namespace="hichat.accounts", observer=self.observer)
        for _ in range(100):
            own.info("user {user} registered", user=7)
            self.log.debug("a frame")
        self.assertEqual(len(self.written), 200)
        for _ in range(100):
            own.error("it failed")
            own.info("{peer} broke the rules", peer="x")
        self.assertEqual(len(self.written), 200 + 2 * TOLD_ONE_BY_ONE)

    def test_bounded(self):
        for number in range(3 * KINDS_LIMIT):
            self.log.error("{text}", text=f"kind {'x' * number}")
        self.assertLessEqual(len(self.written), KINDS_LIMIT + TOLD_ONE_BY_ONE)
        self.assertLessEqual(len(self.observer._told), KINDS_LIMIT + 1)

    def test_at_the_end(self):
        reactor, file = Reactor(), io.StringIO()
        log = Logger(namespace="twisted.test", observer=make_observer("info", "text", file, reactor))
        for _ in range(100):
            log.error("it broke")
        (tell,) = reactor.triggers
        tell()
        self.assertIn(f"{100 - TOLD_ONE_BY_ONE} more within a minute; the last one: it broke", file.getvalue())


class FileTests(SynchronousTestCase):
    def setUp(self):
        self.path = Path(self.mktemp())
        before = os.umask(0o077)
        self.addCleanup(os.umask, before)

    def test_opened_anew(self):
        log = open_log({"logfile": str(self.path)})
        self.addCleanup(log.close)
        log.write("one\n")
        old = self.path.rename(f"{self.path}.1")
        log.write("two\n")
        reopen_log(log)
        log.write("three\n")
        self.assertEqual((old.read_text(), self.path.read_text()), ("one\ntwo\n", "three\n"))
        self.assertEqual(self.path.stat().st_mode & 0o777, 0o600)

    def test_what_cannot_be_opened_anew(self):
        log = open_log({"logfile": str(self.path)})
        self.addCleanup(log.close)
        old = self.path.rename(f"{self.path}.1")
        self.path.mkdir()
        with self.assertRaises(OSError):
            reopen_log(log)
        log.write("two\n")
        self.assertEqual(old.read_text(), "two\n")

    def test_standard_output(self):
        reopen_log(open_log({"nodaemon": True}))
