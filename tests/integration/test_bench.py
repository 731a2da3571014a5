"""C{hichat bench} against a daemon."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from twisted.internet.threads import deferToThread
from twisted.trial.unittest import TestCase

from tests.integration.daemon import Daemon


class BenchTests(TestCase):
    timeout = 100

    async def setUp(self) -> None:  # type: ignore[override]
        self.daemon = Daemon(Path(self.mktemp()).absolute())
        self.addCleanup(self.daemon.kill)
        self.daemon.command("bench", "prepare", "--users", "12", "--group-size", "6", "--tokens", "tokens")
        await self.daemon.start()

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.daemon.hichat("bench", *arguments)

    async def measure(self, case: str, *arguments: str) -> Any:
        given = (case, "--server", self.daemon.url, "--tokens", "tokens", "--connections", "12", "--seconds", "1")
        done = await deferToThread(self.command, "run", *given, "--json", *arguments)
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        return json.loads(done.stdout)

    async def test_every_case(self) -> None:
        for case, arguments, hearers in (("pairs", (), 1), ("spread", (), 1), ("groups", (), 5)):
            report = await self.measure(case, *arguments)
            self.assertGreater(report["sent"], 10)
            self.assertEqual(report["delivered"], report["sent"] * hearers)
            self.assertGreater(report["latency_ms"]["p99"], 0)
        self.assertGreater((await self.measure("connects"))["connects_per_second"], 1)
        self.assertIn("connection_kib", await self.measure("idle"))

    async def test_several_processes(self) -> None:
        """Whom they talk to is in the other process: what all have found is one report."""
        for case, arguments, hearers in (("pairs", (), 1), ("groups", (), 5)):
            report = await self.measure(case, "--processes", "2", *arguments)
            self.assertEqual(report["processes"], 2)
            self.assertGreater(report["sent"], 10)
            self.assertEqual(report["delivered"], report["sent"] * hearers)
            self.assertGreater(report["latency_ms"]["max"], report["latency_ms"]["p50"])

    async def test_a_token_that_is_wrong(self) -> None:
        (self.daemon.directory / "wrong").write_text("x\ny\n")
        given = ("--server", self.daemon.url, "--tokens", "wrong", "--connections", "2", "--processes", "2")
        done = await deferToThread(self.command, "run", "pairs", *given)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertEqual(done.stderr, "hichat: the token is missing, wrong or expired\n")

    async def test_what_is_wrong_is_said_in_a_line(self) -> None:
        for arguments, said in (
            ("run pairs --tokens nowhere", "cannot read nowhere"),
            ("run pairs --tokens tokens --connections 13", "12 users only"),
            ("run pairs --tokens tokens --connections 3", "even number"),
            ("run pairs --tokens tokens --connections 2 --server http://127.0.0.1:1", "does not answer"),
            ("prepare --state-dir new --users 2 --tokens no/where", "cannot write no/where"),
            ("prepare --state-dir new --users 3 --messages 9 --conversations 4 --tokens t", "3 users make 3 pairs"),
            ("prepare --users 2 --tokens tokens", "there are users already"),
        ):
            done = await deferToThread(self.command, *arguments.split())
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertIn(said, done.stderr)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertFalse((self.daemon.directory / "new").exists())
        self.assertEqual(len((self.daemon.directory / "tokens").read_text().split()), 12)
