"""The running daemon when its parts fail, or its clients do."""

from __future__ import annotations

import json
import random
import resource
import signal
import sqlite3
import time
from pathlib import Path
from typing import ClassVar

from twisted.internet.task import deferLater

from tests.integration.daemon import reactor, until
from tests.integration.test_daemon import DaemonCase


def contents(texts: list[str], sender: int) -> list[object]:
    """@return: what somebody said, of all that was heard."""
    frames = [json.loads(text) for text in texts]
    return [frame["Content"] for frame in frames if frame["userId"] == sender]


class FaultyPlaneTests(DaemonCase):
    settings: ClassVar[dict[str, str]] = {
        "TEST_FAULTS": "seed=1,drop=0.3,double=0.1,reorder=0.2,truncate=0.02,corrupt=0.02,forge=0.02"
    }

    async def test_twenty_thousand_messages(self) -> None:
        """Nothing lost, doubled or out of order."""
        people = list(range(1, 11))
        peers = await self.online(*[(user, self.daemon.token(f"user{user}")) for user in people])
        for number in range(1000):
            for user, peer in zip(people, peers, strict=True):
                for away in (1, 4):
                    target = (user + away - 1) % 10 + 1
                    peer.say(userId=user, TargetId=target, Type=1, Content=str(number))
            await deferLater(reactor, 0.001)
        await until(lambda: sum(len(peer.texts) for peer in peers) >= 20_000, 60)
        await deferLater(reactor, 0.5)
        expected = [str(number) for number in range(1000)]
        for user, peer in zip(people, peers, strict=True):
            self.assertEqual(len(peer.texts), 2000)
            for away in (1, 4):
                self.assertEqual(contents(peer.texts, (user - away - 1) % 10 + 1), expected)
        self.assertGreater(await self.daemon.metric("repairs_total"), 10)


class CrashTests(DaemonCase):
    async def test_kill_9(self) -> None:
        """What anybody has heard is stored; the log has no gaps; it is ready again in 2 s, without anybody's hand."""
        chance = random.Random(1)
        tokens = [self.daemon.token(name) for name in ("ann", "bob")]
        heard: list[str] = []
        number = 0
        for _ in range(8):
            a, b = [await self.daemon.connect(i + 1, token) for i, token in enumerate(tokens)]
            end = time.monotonic() + chance.uniform(0.05, 0.4)
            while time.monotonic() < end:
                for _ in range(20):
                    a.say(userId=1, TargetId=2, Type=1, Content=str(number))
                    number += 1
                await deferLater(reactor, 0.001)
            await self.daemon.stop(signal.SIGKILL)
            await until(lambda a=a, b=b: None not in (a.closed, b.closed))  # type: ignore[misc]
            heard += b.texts
            started = time.monotonic()
            await self.daemon.start()
            self.assertLess(time.monotonic() - started, 2)
        database = sqlite3.connect(self.daemon.directory / "state" / "hichat.db")
        self.addCleanup(database.close)
        rows = database.execute("SELECT position, seq, n, body FROM events ORDER BY position").fetchall()
        self.assertEqual([row[:3] for row in rows], [(i, i, i) for i in range(1, len(rows) + 1)])
        stored = [row[3].decode() for row in rows]
        self.assertEqual(len(set(stored)), len(stored))
        self.assertLessEqual(set(heard), set(stored))
        self.assertGreater(len(heard), 1000)
        self.assertEqual(sorted(stored, key=lambda text: int(json.loads(text)["Content"])), stored)


class SlowReaderTests(DaemonCase):
    async def test_a_client_that_stops_reading(self) -> None:
        """Its memory is bounded, it is told why it is closed, the others do not notice, and the history has it all."""
        ann, bob, cat = await self.people("ann", "bob", "cat")
        a, b, c = await self.online(ann, bob, cat)
        before = self.memory()
        b.transport.pauseProducing()
        slowest = 0.0
        for number in range(3000):
            a.say(userId=ann[0], TargetId=bob[0], Type=1, Content=f"{number} " + "x" * 8000)
            if number % 50 == 0:
                started = time.monotonic()
                a.say(userId=ann[0], TargetId=cat[0], Type=1, Content="quick")
                await c.heard(1)
                slowest = max(slowest, time.monotonic() - started)
        self.assertLess(slowest, 1)
        self.assertEqual(await self.daemon.metric("slow_closed_total"), 1)
        self.assertLess(self.memory() - before, 20_000)
        b.transport.resumeProducing()
        await b.gone()
        (b,) = await self.online(bob)
        found = await self.history(bob, ann[0], start=0, end=2999, isRev="true")
        found += await self.history(bob, ann[0], start=1000, end=1999, isRev="true")
        found += await self.history(bob, ann[0], start=2000, end=2999, isRev="true")
        numbers = [int(json.loads(text)["Content"].split()[0]) for text in found]
        self.assertEqual(numbers, list(range(3000)))

    def memory(self) -> int:
        """@return: resident KiB of the daemon."""
        assert self.daemon.process is not None
        status = Path(f"/proc/{self.daemon.process.pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))


class FullDiskTests(DaemonCase):
    async def test_a_full_disk(self) -> None:
        """Senders are told; nothing is delivered that is not stored; with room again, it goes on."""
        ann, bob = await self.people("ann", "bob")
        a, b = await self.online(ann, bob)
        sent = [a.say(userId=ann[0], TargetId=bob[0], Type=1, Content="before")]
        await b.heard(1)
        assert self.daemon.process is not None
        # No file of the daemon may grow: to SQLite that is a full disk.
        _, hard = resource.prlimit(self.daemon.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self.daemon.process.pid, resource.RLIMIT_FSIZE, (0, hard))
        for i in range(5):
            a.say(userId=ann[0], TargetId=bob[0], Type=1, Content=f"lost {i}")
        self.assertEqual(len(await a.heard(5)), 5)
        self.assertEqual((await self.daemon.get("/healthz"))[0], 200)
        resource.prlimit(self.daemon.process.pid, resource.RLIMIT_FSIZE, (hard, hard))
        sent.append(a.say(userId=ann[0], TargetId=bob[0], Type=1, Content="after"))
        self.assertEqual(await b.heard(1), sent[1:])
        self.assertEqual(await self.history(ann, bob[0], isRev="true"), sent)
