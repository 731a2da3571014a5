"""The queue of what has come, and the gate that makes coroutines wait."""

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from hichat.client.inbox import Gate, Inbox
from tests.support.client import launch


class GateTests(SynchronousTestCase):
    def test_a_gate_that_is_shut_again_at_once(self):
        gate = Gate(shut=True)
        passed = []

        async def first():
            await gate.passed()
            passed.append(1)
            gate.pauseProducing()

        async def second():
            await gate.passed()
            passed.append(2)

        launch(first())
        launch(second())
        gate.resumeProducing()
        self.assertEqual(passed, [1])
        gate.stopProducing()
        self.assertEqual(passed, [1, 2])


class InboxTests(SynchronousTestCase):
    def test_positions(self):
        inbox: Inbox[Any] = Inbox(4, lambda: None)
        self.assertIsNone(inbox.position)
        inbox.reach(5)
        self.assertEqual(inbox.position, 5)
        inbox.put("a", 7)
        inbox.put("typing")
        inbox.reach(9)
        self.assertEqual(inbox.position, 5)
        self.successResultOf(launch(inbox.__anext__()))
        self.assertEqual(inbox.position, 7)
        self.successResultOf(launch(inbox.__anext__()))
        self.assertEqual(inbox.position, 9)
