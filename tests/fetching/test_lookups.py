"""Tests for L{hichat.fetching.lookups} and L{hichat.fetching.shares}."""

from __future__ import annotations

from socket import AF_INET, SOCK_STREAM
from threading import Event
from typing import Any

import pytest
from twisted.internet import reactor as installed
from twisted.internet.defer import CancelledError, Deferred
from twisted.trial.unittest import SynchronousTestCase

from hichat.core.errors import NotPublic
from hichat.fetching import fetcher as fetching
from hichat.fetching import lookups
from hichat.fetching.addresses import PUBLIC
from hichat.fetching.fetcher import FetchFailed, FetchLimits, FetchTrouble, make_fetcher
from hichat.fetching.lookups import LOOKUPS_OF_OWNER, Lookups
from hichat.fetching.shares import Shares

reactor: Any = installed


class SharesTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.shares = Shares(3, 2)
        self.here: list[int] = []

    def take(self, owner: int) -> tuple[Deferred[None], Deferred[None]]:
        """@return: fires when the place was given back; what gives it back."""
        leaving: Deferred[None] = Deferred()

        async def stay() -> None:
            async with self.shares.place(owner):
                self.here.append(owner)
                try:
                    await leaving
                finally:
                    self.here.remove(owner)

        return Deferred.fromCoroutine(stay()), leaving

    def test_nobody_takes_all(self) -> None:
        first, second, third, other, last = (self.take(owner) for owner in (1, 1, 1, 2, 2))
        self.assertEqual(self.here, [1, 1, 2])
        first[1].callback(None)
        self.assertEqual(self.here, [1, 2, 2])
        other[1].callback(None)
        self.assertEqual(self.here, [1, 2, 1])
        for each in (second, third, last):
            each[1].callback(None)
        self.assertEqual((self.here, self.shares._owners), ([], {}))

    def test_who_gives_up(self) -> None:
        """Before the turn or behind it: the place is the next one's."""
        first, second, third, fourth = (self.take(1) for _ in range(4))
        for each in (third, first):
            each[0].cancel()
            self.failureResultOf(each[0], CancelledError)
        self.assertEqual(self.here, [1, 1])
        for each in (second, fourth):
            each[1].callback(None)
        self.assertEqual((self.here, self.shares._owners), ([], {}))


class SilentNames:
    """
    A resolver that does not answer for names of C{dead.example}.

    @ivar asked: the names that it was asked for.
    """

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answers = Event()

    def __call__(self, host: str, port: int, *_: object) -> list[Any]:
        """See C{socket.getaddrinfo}."""
        self.asked.append(host)
        if host.endswith("dead.example"):
            self.answers.wait(20)
        return [(AF_INET, SOCK_STREAM, 6, "", ("127.0.0.1", port))]


@pytest.mark.timeout(30)
async def test_name_servers_that_never_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has URLs with such names waits behind them; others do not, and the reactor's threads are free."""
    monkeypatch.setattr(lookups, "LOOKUP_WAIT", 0.05)
    names = SilentNames()
    monkeypatch.setattr(fetching, "Lookups", lambda reactor: Lookups(reactor, names))
    fetcher = make_fetcher(reactor, PUBLIC)
    limits = FetchLimits(seconds=0.1)

    async def trouble(host: str, owner: int) -> object:
        try:
            return await fetcher.post(f"http://{host}/", b"", None, limits, owner)
        except FetchFailed as e:
            return e.trouble
        except NotPublic:
            return NotPublic

    dead = [Deferred.fromCoroutine(trouble(f"{n}.dead.example", 1)) for n in range(2 * LOOKUPS_OF_OWNER)]
    try:
        assert await trouble("good.example", 2) is NotPublic
        assert not reactor.getThreadPool().working
        assert [await each for each in dead] == [FetchTrouble.LATE] * len(dead)
        assert await trouble("good.example", 1) is FetchTrouble.LATE
        assert len(names.asked) == LOOKUPS_OF_OWNER + 1
    finally:
        names.answers.set()
    # Those for which nobody waits any more are not looked up.
    while await trouble("good.example", 1) is not NotPublic:
        pass
    assert sum(name.endswith("dead.example") for name in names.asked) == LOOKUPS_OF_OWNER
