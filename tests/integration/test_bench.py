"""C{hichat bench} against a daemon."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from twisted.internet.threads import deferToThread

from tests.support.daemon import Daemon
from tests.support.postgres import server
from tests.support.scene import Scene, fixture_of


class Bench(Scene):
    def store(self) -> dict[str, str]:
        return {}

    async def set_up(self) -> None:
        self.kept_in = self.store()
        self.daemon = Daemon(Path(self.mktemp()).absolute(), **self.kept_in)
        self.addCleanup(self.daemon.kill)
        self.daemon.command("bench", "prepare", "--users", "12", "--group-size", "6", "--tokens", "tokens")
        await self.daemon.start()

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.daemon.hichat("bench", *arguments)

    async def measure(self, case: str, *arguments: str) -> Any:
        given = (case, "--server", self.daemon.url, "--tokens", "tokens", "--connections", "12", "--seconds", "1")
        done = await deferToThread(self.command, "run", *given, "--json", *arguments)
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
        return json.loads(done.stdout)


class BenchOfTwo(Bench):
    """Two daemons on one PostgreSQL."""

    def store(self) -> dict[str, str]:
        return {"DATABASE": server().make_database(self)}

    async def set_up(self) -> None:
        await super().set_up()
        self.other = Daemon(Path(self.mktemp()).absolute(), **self.kept_in)
        self.addCleanup(self.other.kill)
        self.other.command("keys", "import", line=self.daemon.command("keys", "export"))
        await self.other.start()


bench_scene = fixture_of(Bench)
bench_of_two = fixture_of(BenchOfTwo)


async def test_every_case(bench_scene: Bench) -> None:
    for case, arguments, hearers in (("pairs", (), 1), ("spread", (), 1), ("groups", (), 5)):
        report = await bench_scene.measure(case, *arguments)
        assert report["sent"] > 10
        assert report["delivered"] == report["sent"] * hearers
        assert report["latency_ms"]["p99"] > 0
    assert (await bench_scene.measure("connects"))["connects_per_second"] > 1
    assert "connection_kib" in await bench_scene.measure("idle")


async def test_several_processes(bench_scene: Bench) -> None:
    """Whom they talk to is in the other process: what all have found is one report."""
    for case, arguments, hearers in (("pairs", (), 1), ("groups", (), 5)):
        report = await bench_scene.measure(case, "--processes", "2", *arguments)
        assert report["processes"] == 2
        assert report["sent"] > 10
        assert report["delivered"] == report["sent"] * hearers
        assert report["latency_ms"]["max"] > report["latency_ms"]["p50"]


async def test_a_token_that_is_wrong(bench_scene: Bench) -> None:
    (bench_scene.daemon.directory / "wrong").write_text("x\ny\n")
    given = ("--server", bench_scene.daemon.url, "--tokens", "wrong", "--connections", "2", "--processes", "2")
    done = await deferToThread(bench_scene.command, "run", "pairs", *given)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "hichat: the token is missing, wrong or expired\n"


async def test_what_is_wrong_is_said_in_a_line(bench_scene: Bench) -> None:
    for arguments, said in (
        ("run pairs --tokens nowhere", "cannot read nowhere"),
        ("run pairs --tokens tokens --connections 13", "12 users only"),
        ("run pairs --tokens tokens --connections 3", "even number"),
        ("run pairs --tokens tokens --connections 2 --server http://127.0.0.1:1", "does not answer"),
        ("prepare --state-dir new --users 2 --tokens no/where", "cannot write no/where"),
        ("prepare --state-dir new --users 3 --messages 9 --conversations 4 --tokens t", "3 users make 3 pairs"),
        ("prepare --users 2 --tokens tokens", "there are users already"),
    ):
        done = await deferToThread(bench_scene.command, *arguments.split())
        assert (done.returncode, done.stdout) == (1, "")
        assert said in done.stderr
        assert done.stderr.count("\n") == 1, done.stderr
    assert not (bench_scene.daemon.directory / "new").exists()
    assert len((bench_scene.daemon.directory / "tokens").read_text().split()) == 12


async def test_several_servers(bench_of_two: BenchOfTwo) -> None:
    """What goes in at one comes out at the other."""
    daemons = bench_of_two.daemon, bench_of_two.other
    urls = [daemon.url for daemon in daemons]
    for case, hearers in (("pairs", 1), ("groups", 5)):
        before = [await daemon.metric("messages_in_total") for daemon in daemons]
        report = await bench_of_two.measure(case, "--server", urls[1])
        assert report["servers"] == urls
        assert report["sent"] > 10
        assert report["delivered"] == report["sent"] * hearers
        taken = [await daemon.metric("messages_in_total") for daemon in daemons]
        assert all(now > earlier for now, earlier in zip(taken, before, strict=True))
