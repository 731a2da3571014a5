"""Turns at one file: one at a time, first come, first served."""

from __future__ import annotations

import contextlib
import threading
import time
from pathlib import Path

import pytest
from twisted.trial.unittest import SynchronousTestCase

from hichat.storage.turnstile import Turnstile


class TurnstileTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.directory = Path(self.mktemp())
        self.directory.mkdir()

    def make(self) -> Turnstile:
        # A lock belongs to an opened file, so several in one process are as good as several processes.
        turnstile = Turnstile(self.directory)
        self.addCleanup(turnstile.close)
        return turnstile

    @pytest.mark.alone
    def test_one_at_a_time_and_nobody_waits_for_ever(self) -> None:
        inside: list[int] = []
        turns: list[int] = []

        def work(number: int, turnstile: Turnstile) -> None:
            for _ in range(50):
                with turnstile.turn():
                    inside.append(number)
                    assert inside == [number], inside
                    time.sleep(0.0005)
                    turns.append(number)
                    inside.pop()

        threads = [threading.Thread(target=work, args=(number, self.make())) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual([turns.count(number) for number in range(4)], [50] * 4)
        # While all of them want it, none has it often in a row.
        middle = "".join(map(str, turns[20:150]))
        for number in "0123":
            self.assertNotIn(number * 10, middle)

    def test_what_fails_gives_its_turn_back(self) -> None:
        one, other = self.make(), self.make()
        with contextlib.suppress(ZeroDivisionError), one.turn():
            raise ZeroDivisionError
        with other.turn(), contextlib.suppress(ZeroDivisionError):
            raise ZeroDivisionError
        with one.turn():
            pass
