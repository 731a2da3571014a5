"""Tests for L{hichat.pipeline.ledger.exchange}: outcomes come back from the writer's process as they were."""

from __future__ import annotations

import msgspec
from twisted.trial.unittest import SynchronousTestCase

from hichat.core.drafts import Duplicate, Outcome
from hichat.core.errors import NotAMember, NotStored, TooManyStrangers
from hichat.core.events import Event, Scope
from hichat.core.kinds import Kind
from hichat.pipeline.ledger.exchange import WriteAnswer, told

REFUSALS = {kind.code: kind for kind in (NotStored, NotAMember, TooManyStrangers)}


def event(position: int) -> Event:
    return Event(position, 1, position, position, Kind.MESSAGE, Scope.USER, 1, 2, 0, 3, b"x")


class ExchangeTests(SynchronousTestCase):
    def back(self, *outcomes: Outcome) -> list[Outcome]:
        """@return: what the daemon gets of these."""
        sent = msgspec.msgpack.encode(told(list(outcomes), []))
        return msgspec.msgpack.decode(sent, type=WriteAnswer).unpacked(REFUSALS)

    def test_events(self) -> None:
        self.assertEqual(self.back(event(1), event(2)), [event(1), event(2)])
        self.assertEqual(self.back(), [])

    def test_others_between_them(self) -> None:
        found = self.back(event(1), Duplicate(event(9)), NotAMember(), TooManyStrangers(7), event(2), NotStored("full"))
        self.assertEqual(found[:2], [event(1), Duplicate(event(9))])
        self.assertEqual(found[4], event(2))
        self.assertIsInstance(found[2], NotAMember)
        assert isinstance(found[3], TooManyStrangers)
        assert isinstance(found[5], NotStored)
        self.assertEqual((found[3].retry_after, found[5].cause), (7, "full"))
