"""A connection does not outlive the session that it came with."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from hichat.core.errors import StoreAway
from hichat.pipeline.gateway.endings import DEVICES_IN_QUERY, LOOK_INTERVAL, Endings
from hichat.pipeline.gateway.roster import Roster
from hichat.runtime.metrics import Metrics


class Device:
    """What the roster knows of a connection."""

    generation = 0

    def __init__(self, number: int, login: int = 1, bound: int = 0) -> None:
        self.number, self.login, self.bound = number, login, bound
        self.ended = 0

    def sign_out(self) -> None:
        self.ended += 1


class EndingsTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.roster = Roster(Metrics())
        self.over: set[int] = set()
        self.asked: list[set[int]] = []
        self.away = False
        self.endings = Endings(self.roster, self.find, self.clock, 50)
        self.endings.start()
        self.addCleanup(self.endings.stop)

    def find(self, devices: Collection[int]) -> Deferred[set[int]]:
        self.asked.append(set(devices))
        return fail(StoreAway()) if self.away else succeed(self.over & set(devices))

    def admit(self, user: int, device: Device) -> Device:
        admitted: Any = device
        self.roster.admit(user, admitted)
        return device

    def test_who_is_connected_is_let_go(self) -> None:
        v2, v1 = self.admit(1, Device(3)), self.admit(1, Device(0, bound=4))
        other, loose = self.admit(2, Device(5)), self.admit(2, Device(6, login=0))
        self.clock.advance(5)
        self.assertEqual(self.asked, [{3, 4, 5}])
        self.over = {3, 4, 6}
        self.clock.advance(5)
        self.assertEqual([each.ended for each in (v2, v1, other, loose)], [1, 1, 0, 0])

    def test_a_store_that_is_away_is_asked_again(self) -> None:
        device = self.admit(1, Device(3))
        self.over, self.away = {3}, True
        self.clock.advance(5)
        self.assertEqual(device.ended, 0)
        self.away = False
        self.clock.advance(5)
        self.assertEqual(device.ended, 1)

    def test_what_fails_is_told_and_tried_again(self) -> None:
        device = self.admit(1, Device(3))
        self.over.add(3)
        broken: Any = None
        self.over, kept = broken, self.over
        self.clock.advance(5)
        self.assertEqual(len(self.flushLoggedErrors(TypeError)), 1)
        self.over = kept
        self.clock.advance(5)
        self.assertEqual(device.ended, 1)

    def test_many_are_asked_for_in_parts(self) -> None:
        for number in range(1, 2 * DEVICES_IN_QUERY + 2):
            self.admit(number, Device(number))
        self.clock.advance(5)
        self.assertEqual([len(each) for each in self.asked], [DEVICES_IN_QUERY, DEVICES_IN_QUERY, 1])

    def test_nobody_waits_longer_than_it_is_said(self) -> None:
        slow = Endings(self.roster, self.find, self.clock, 365 * 24 * 3600)
        slow.start()
        self.endings.stop()
        self.clock.advance(LOOK_INTERVAL)
        self.assertEqual(self.asked, [])
        self.admit(1, Device(3))
        self.clock.advance(LOOK_INTERVAL)
        self.assertEqual(self.asked, [{3}])
        slow.stop()
