"""Standard input and output, a line at a time."""

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from hichat.terminal.console import Console
from tests.support.client import launch
from tests.support.client_cases import Output


class ConsoleTests(SynchronousTestCase):
    def setUp(self):
        self.lines = []
        self.ends: list[Exception | None] = []
        self.waiting = []
        self.console = Console(self.line, self.ends.append)
        self.output: Any = Output(self.console)

    async def line(self, line):
        self.lines.append(line)
        if line.startswith("wait"):
            self.waiting.append(launch(self.console.writable.passed()))
            self.console.pauseProducing()
            self.console.writable.pauseProducing()
            await self.console.writable.passed()
        if line == "break":
            raise ZeroDivisionError

    def test_lines_and_the_last_one_without_an_end(self):
        self.console.dataReceived("嗨\r\n\nb".encode())
        self.assertEqual((self.lines, self.ends), (["嗨", ""], []))
        self.console.readConnectionLost()
        self.assertEqual((self.lines, self.ends), (["嗨", "", "b"], [None]))

    def test_one_after_the_other(self):
        self.console.dataReceived(b"wait\nb\n")
        self.assertEqual((self.lines, self.output.producerState), (["wait"], "paused"))
        self.output.producer.resumeProducing()
        self.assertEqual((self.lines, self.output.producerState), (["wait", "b"], "producing"))

    def test_the_end_waits_for_the_last_line(self):
        self.console.dataReceived(b"wait")
        self.console.readConnectionLost()
        self.assertEqual(self.ends, [])
        self.output.producer.resumeProducing()
        self.assertEqual(self.ends, [None])

    def test_bad_utf8(self):
        self.console.dataReceived(b"a\xffb\n")
        self.assertEqual(self.lines, ["a\ufffdb"])

    def test_a_line_without_end(self):
        self.console.dataReceived(b"x" * (2 * 1024 * 1024))
        self.assertEqual([type(end).__name__ for end in self.ends], ["LineTooLong"])

    def test_a_defect_ends_it_instead_of_hanging(self):
        self.console.dataReceived(b"break\nnext\n")
        self.assertEqual(self.lines, ["break"])
        self.assertIsInstance(self.ends[0], ZeroDivisionError)

    def test_nobody_reads(self):
        self.console.writeConnectionLost()
        self.console.show("x")
        self.assertEqual((self.ends, self.output.value()), ([None], b""))
        self.successResultOf(launch(self.console.close()))

    def test_half_characters_do_not_break_the_output(self):
        self.console.show("a\ud800")
        self.assertEqual(self.output.value(), b"a?\n")
