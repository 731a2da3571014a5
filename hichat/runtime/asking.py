"""One worker asks all workers something, itself too, and gathers their answers."""

from __future__ import annotations

from collections.abc import Callable
from types import GenericAlias
from typing import Any, Generic, TypeVar

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IDelayedCall, IReactorTime

from hichat.core.ports import INeighbours
from hichat.runtime.neighbours import Alone

Q = TypeVar("Q")
A = TypeVar("A")

ASKING_TIME = 1.0
"""Seconds that the others have to answer. The answer of one that has not is missing."""


class _Round(Generic[A]):
    """
    One question that is under way.

    @ivar answers: by worker.
    """

    def __init__(self, deadline: IDelayedCall) -> None:
        self.answers: dict[int, A] = {}
        self.answered: Deferred[dict[int, A]] = Deferred()
        self.deadline = deadline


class AllAsked(Generic[Q, A]):
    """
    @param topic: under which they answer; with a question mark, under which they are asked.
    @param neighbours: the other workers.
    @param clock: times the answers.
    @param answer: gives this worker's answer to a question.
    @param kinds: the types of a question and of an answer.
    """

    def __init__(
        self,
        topic: str,
        neighbours: INeighbours,
        clock: IReactorTime,
        answer: Callable[[Q], A],
        kinds: tuple[Any, Any],
    ) -> None:
        self._topic = topic
        self._neighbours = neighbours
        self._clock = clock
        self._answer = answer
        self._workers = {neighbours.number}
        self._last = 0
        self._rounds: dict[int, _Round[A]] = {}
        asked, answered = (GenericAlias(tuple, (int, kind)) for kind in kinds)
        neighbours.follow(f"{topic}?", self._asked, asked)
        neighbours.follow(topic, self._answered, answered)
        neighbours.follow_workers(self._workers.add, self._gone)

    def ask(self, question: Q) -> Deferred[dict[int, A]]:
        """@return: the answers by worker, this one's first; fires within L{ASKING_TIME}."""
        own = self._answer(question)
        if isinstance(self._neighbours, Alone):
            return succeed({self._neighbours.number: own})
        self._last += 1
        number = self._last
        found = self._rounds[number] = _Round(self._clock.callLater(ASKING_TIME, self._conclude, number))
        found.answered = Deferred(lambda _: self._forget(number))
        found.answers[self._neighbours.number] = own
        self._neighbours.tell(f"{self._topic}?", (number, question))
        self._look(number)
        return found.answered

    def _asked(self, worker: int, said: tuple[int, Q]) -> None:
        number, question = said
        self._neighbours.tell(self._topic, (number, self._answer(question)), worker)

    def _answered(self, worker: int, said: tuple[int, A]) -> None:
        number, answer = said
        if number in self._rounds:
            self._rounds[number].answers[worker] = answer
            self._look(number)

    def _gone(self, worker: int) -> None:
        self._workers.discard(worker)
        for number in list(self._rounds):
            self._look(number)

    def _look(self, number: int) -> None:
        """Conclude a round if all have answered."""
        found = self._rounds[number]
        if self._workers <= found.answers.keys():
            found.deadline.cancel()
            self._conclude(number)

    def _conclude(self, number: int) -> None:
        found = self._rounds.pop(number)
        found.answered.callback(found.answers)

    def _forget(self, number: int) -> None:
        """Whoever asked has gone away."""
        found = self._rounds.pop(number, None)
        if found is not None:
            found.deadline.cancel()
