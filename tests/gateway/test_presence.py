"""Presence: who is told of whom."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase
from zope.interface.verify import verifyObject

from hichat.core.events import Event
from hichat.core.ports import IPresence
from hichat.pipeline.gateway.presence import HostPresence

ANN, BOB = 1, 2


class Watcher:
    user = 9
    owner = 0

    def __init__(self) -> None:
        self.told: list[tuple[int, bool]] = []

    def signal(self, event: Event) -> None:
        raise NotImplementedError

    def present(self, user: int, online: bool) -> None:
        self.told.append((user, online))


class Leaver(Watcher):
    """Its connection is too slow: it ends while it is told."""

    def __init__(self, presence: HostPresence) -> None:
        super().__init__()
        self.presence = presence

    def present(self, user: int, online: bool) -> None:
        super().present(user, online)
        self.presence.unwatch(self, [user])


class PresenceTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.presence = HostPresence()
        self.watcher = Watcher()

    def test_it_is_one(self) -> None:
        verifyObject(IPresence, self.presence)

    def test_comes_and_goes(self) -> None:
        self.presence.watch(self.watcher, [ANN])
        self.assertFalse(self.presence.is_online(ANN))
        self.presence.show(ANN)
        self.assertTrue(self.presence.is_online(ANN))
        self.presence.hide(ANN)
        self.assertFalse(self.presence.is_online(ANN))
        self.assertEqual(self.watcher.told, [(ANN, True), (ANN, False)])

    def test_one_device_that_shows_it_is_enough(self) -> None:
        self.presence.watch(self.watcher, [ANN])
        for _ in range(3):
            self.presence.show(ANN)
        for _ in range(2):
            self.presence.hide(ANN)
        self.assertTrue(self.presence.is_online(ANN))
        self.assertEqual(self.watcher.told, [(ANN, True)])
        self.presence.hide(ANN)
        self.assertFalse(self.presence.is_online(ANN))
        self.assertEqual(self.watcher.told, [(ANN, True), (ANN, False)])

    def test_of_those_who_are_watched(self) -> None:
        other = Watcher()
        self.presence.watch(self.watcher, [ANN])
        self.presence.watch(other, [ANN, BOB])
        self.presence.show(ANN)
        self.presence.show(BOB)
        self.assertEqual((self.watcher.told, other.told), ([(ANN, True)], [(ANN, True), (BOB, True)]))

    def test_watched_twice_is_told_once(self) -> None:
        self.presence.watch(self.watcher, [ANN, ANN])
        self.presence.watch(self.watcher, [ANN])
        self.presence.show(ANN)
        self.assertEqual(self.watcher.told, [(ANN, True)])

    def test_not_any_more(self) -> None:
        other = Watcher()
        self.presence.watch(self.watcher, [ANN, BOB])
        self.presence.watch(other, [ANN])
        self.presence.unwatch(self.watcher, [ANN])
        self.presence.show(ANN)
        self.presence.show(BOB)
        self.assertEqual((self.watcher.told, other.told), ([(BOB, True)], [(ANN, True)]))

    def test_nothing_is_kept(self) -> None:
        """Of people whom nobody watches, and who are not here."""
        self.presence.unwatch(self.watcher, [ANN])
        self.presence.watch(self.watcher, [ANN, BOB])
        self.presence.unwatch(Watcher(), [ANN])
        self.presence.unwatch(self.watcher, [ANN, BOB])
        self.presence.show(ANN)
        self.presence.hide(ANN)
        self.assertEqual((self.presence._watchers, self.presence._shown), ({}, {}))

    def test_one_who_leaves_while_all_are_told(self) -> None:
        watchers = [self.watcher, *(Leaver(self.presence) for _ in range(5)), Watcher()]
        for watcher in watchers:
            self.presence.watch(watcher, [ANN])
        self.presence.show(ANN)
        self.presence.hide(ANN)
        told = [len(watcher.told) for watcher in watchers]
        self.assertEqual(told, [2, 1, 1, 1, 1, 1, 2])

    def test_off(self) -> None:
        presence = HostPresence(enabled=False)
        presence.watch(self.watcher, [ANN])
        presence.show(ANN)
        self.assertFalse(presence.is_online(ANN))
        presence.hide(ANN)
        self.assertEqual(self.watcher.told, [])
