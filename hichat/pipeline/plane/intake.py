"""The bound on drafts that were accepted and have not left yet."""

from collections import deque

from twisted.logger import Logger

from hichat.core.ports import IFeeder


class Intake:
    """
    Counts drafts from their acceptance until they are handed to the plane's link.

    At C{high} a sender with one more draft is paused. At C{low} the paused senders go on, in the order in which they
    were paused. Senders that come in between wait behind them; else those that are answered first would take all the
    room again and again. So neither the ledger's nor the plane's queue can overflow, nothing has to be dropped, and
    every sender has its turn.

    @param high: drafts; the seed's channel was 1024 deep.
    @param low: drafts.
    """

    _log = Logger()

    def __init__(self, high: int = 1024, low: int = 512) -> None:
        self.high = high
        self.low = low
        self.count = 0
        self.pauses = 0
        self._paused: deque[IFeeder] = deque()
        self._resuming = False

    @property
    def full(self) -> bool:
        """Whether nothing more may be submitted now."""
        return self.count >= self.high

    def admit(self, feeder: IFeeder | None = None) -> bool:
        """
        May one more draft be accepted? If so, it is counted.

        @param feeder: who asks; when the answer is no it is paused, and resumed when there is room. None: somebody who
            cannot wait, for whom there is room as long as there is any.
        """
        if self.room if feeder is not None else not self.full:
            self.count += 1
            return True
        if feeder is not None:
            self.hold(feeder)
        return False

    @property
    def spare(self) -> bool:
        """Whether what can be dropped may be accepted: it does not take the room that somebody waits for."""
        return self.count < (self.low if self._paused else self.high)

    @property
    def room(self) -> int:
        """How many more drafts of feeders may be accepted now."""
        if self._paused and not self._resuming:
            return 0
        return self.high - self.count

    def took(self, drafts: int) -> None:
        """So many were accepted at once; there was L{room}."""
        self.count += drafts

    def hold(self, feeder: IFeeder) -> None:
        """There is no room for what this one has: it is paused, and resumed when there is some."""
        self.pauses += 1
        self._paused.append(feeder)
        feeder.pause()

    def gave(self, drafts: int) -> None:
        """That many drafts left: handed to the link, or refused."""
        self.count -= drafts
        if self._resuming or self.count > self.low:
            return
        self._resuming = True
        try:
            while self._paused and not self.full:
                try:
                    self._paused.popleft().resume()
                except Exception:
                    # The others go on: nobody would call them again.
                    self._log.failure("a paused sender could not be resumed")
        finally:
            self._resuming = False
