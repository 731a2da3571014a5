"""The clock of the machine is set while the daemon runs: seconds and hours back, forward, and back again."""

from __future__ import annotations

import time
from typing import ClassVar

from twisted.internet.task import deferLater

from hichat.client.http import Api, Session
from hichat.client.wire import Credentials
from tests import proof
from tests.integration.system import PASSWORD, V2System
from tests.support.daemon import ROOT, V2Peer, reactor
from tests.support.devices import Insider, Person
from tests.support.postgres import server
from tests.support.scene import fixture_of

SKEW = ROOT / "tests" / "integration" / "skew"

JUMPS = (-40, 7200, -7200, 0)
"""Seconds that the clock is off, one after the other."""


class Clock(V2System):
    settings: ClassVar[dict[str, str]] = {
        "LOGIN_LIMIT": "2/3",
        "ADDRESS_LIMIT": "off",
        "EDIT_LIMIT": "3",
        "MESSAGE_RATE": "100",
        "TEST_FAULTS": "seed=1,drop=0.2",
    }

    def make_daemon(self) -> None:
        super().make_daemon()
        self.off = self.daemon.directory / "off"
        self.set_clock(0)
        self.daemon.forked = False
        self.daemon.environment |= {"PYTHONPATH": f"{SKEW}:{ROOT}", "SKEW": str(self.off)}

    def set_clock(self, seconds: int) -> None:
        """Set the daemon's clock, and that of its processes, so many seconds off."""
        new = self.off.with_suffix(".new")
        new.write_text(str(seconds))
        new.rename(self.off)

    async def time_of(self, peer: V2Peer, message: int) -> int:
        """@return: when a message was said, which this peer hears next, but for edits."""
        while (event := await peer.take("event"))["kind"] == "edited":
            pass
        assert event["id"] == message
        return int(event["time"])

    async def find(self, who: Person, asked: str, **filters: int) -> list[int]:
        """@return: the ids of what a search finds."""
        session = Session(Api(reactor, self.daemon.url, language="en"), Credentials(*who))
        hits, _ = await session.search(asked, limit=200, **filters)
        return sorted(hit.message.id for hit in hits)

    async def log_in(self, name: str, password: str) -> str:
        """@return: what comes of it."""
        answer = await self.daemon.post("/v1/user/login_pw", name=name, password=password)
        return "in" if answer["code"] == 0 else str(answer["message"])

    async def indexed(self) -> None:
        """Wait until the search index has everything."""
        insider = Insider(self.daemon)
        head = insider.events()[-1].position
        insider.close()
        while await self.daemon.metric("search_position") < head:
            await deferLater(reactor, 0.1)


class ClockOnPostgreSQL(Clock):
    """The same on the other store."""

    def store(self) -> dict[str, str]:
        return {"DATABASE": server().make_database(self)}


clock = fixture_of(*proof.scenes(Clock, ClockOnPostgreSQL))
clock_of_a_rate = fixture_of(Clock)


async def test_nothing_waits_for_the_clock(clock: Clock) -> None:
    """Messages, edits, log-ins and what limits them, at each jump; then all is found by the time that it has."""
    ann, bob = await clock.people("ann", "bob")
    a, b = await clock.enter(ann), await clock.enter(bob)
    times: dict[int, int] = {}
    for off in JUMPS[: proof.JUMPS]:
        clock.set_clock(off)
        began = time.monotonic()
        for number in range(20):
            ack = await a.ask("ack", "send", user=bob[0], text=f"tea {number}")
            times[ack["id"]] = await clock.time_of(b, ack["id"])
        assert abs(times[ack["id"]] / 1000 - time.time() - off) < 5
        await a.ask("ack", "edit", message=ack["id"], text="tea edited")
        await b.ask("done", "read", user=ann[0], id=ack["id"])
        # A right password is right, and a wrong one counts no longer than it should.
        assert await clock.log_in("bob", PASSWORD) == "in"
        wrong = [await clock.log_in("ann", "wrong horse") for _ in range(6)]
        assert wrong[0] == wrong[1]
        assert wrong[0] != wrong[-1]
        assert time.monotonic() - began < 10, off
        clock.set_clock(off - 7200)
        await deferLater(reactor, 2.0)
        assert await clock.log_in("ann", PASSWORD) == "in"
        clock.set_clock(off)
        await deferLater(reactor, 1.5)
        error = await a.ask("error", "edit", message=ack["id"], text="too late")
        assert error["code"] == "too_late"
    assert (a.closed, b.closed) == (None, None), "the pings were answered"
    for _ in range(2):
        marks = sorted(times.values())
        some, half, most = (marks[len(marks) * sixteenths // 16] for sixteenths in (6, 9, 10))
        for after, before in ((marks[0], half), (some, marks[-10]), (most, marks[-1] + 1)):
            expected = sorted(one for one, said in times.items() if after <= said < before)
            assert await clock.find(ann, "tea", after=after, before=before) == expected
        await clock.indexed()
    assert "Traceback" not in clock.daemon.log.read_text()


async def test_too_fast(clock_of_a_rate: Clock) -> None:
    """Who said too much is heard again soon, whatever the clock says meanwhile; no store has to do with it."""
    (ann,) = await clock_of_a_rate.people("ann")
    for off in (-40, 7200):
        a = await clock_of_a_rate.enter(ann, f"phone{off}")
        for _ in range(400):
            a.tell("ping")
        clock_of_a_rate.set_clock(off)
        await deferLater(reactor, 6)
        await a.ask("pong", "ping")
        clock_of_a_rate.set_clock(0)
        await a.ask("pong", "ping")
