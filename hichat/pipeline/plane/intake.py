"""The intake: the bound on drafts between their acceptance and the plane."""

from collections import deque

from twisted.logger import Logger

from hichat.core.ports import IFeeder


class Intake:
    """
    Counts drafts from their acceptance until their events are handed to the carrier.

    If C{high} drafts are counted, a sender with one more is paused. When the count has fallen to C{low}, the paused
    senders are resumed, in the order in which they were paused. Senders that come meanwhile wait behind them: otherwise
    the senders that are answered first would take all the room again and again. So neither the ledger's nor the plane's
    queue can overflow, nothing has to be dropped, and every sender has its turn.

    @param high: the most drafts; the seed's channel was 1024 deep.
    @param low: the number of drafts at which paused senders are resumed.
    @ivar count: the drafts that are counted now.
    @ivar pauses: the number of times that a sender was paused.
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
    def paused(self) -> int:
        """The number of senders that are paused now."""
        return len(self._paused)

    @property
    def full(self) -> bool:
        """Whether nothing more may be submitted now."""
        return self.count >= self.high

    def admit(self, feeder: IFeeder | None = None) -> bool:
        """
        Accept one more draft, if there is room, and count it.

        @param feeder: the sender; if there is no room it is paused, and resumed when there is room. None: a caller that
            cannot wait. It may use all room up to C{high}, before the senders that wait.
        @return: whether the draft is accepted.
        """
        if self.room if feeder is not None else not self.full:
            self.count += 1
            return True
        if feeder is not None:
            self.hold(feeder)
        return False

    @property
    def spare(self) -> bool:
        """Whether a draft that can be dropped may be accepted: such must not take the room for which senders wait."""
        return self.count < (self.low if self._paused else self.high)

    @property
    def room(self) -> int:
        """The number of further drafts of feeders that may be accepted now."""
        if self._paused and not self._resuming:
            return 0
        return self.high - self.count

    def took(self, drafts: int) -> None:
        """So many drafts were accepted at once; there was L{room}."""
        self.count += drafts

    def hold(self, feeder: IFeeder) -> None:
        """Pause a feeder for whose drafts there is no room; it is resumed when there is room."""
        self.pauses += 1
        self._paused.append(feeder)
        feeder.pause()

    def gave(self, drafts: int) -> None:
        """So many drafts are done: handed to the carrier, or refused."""
        self.count -= drafts
        if self._resuming or self.count > self.low:
            return
        self._resuming = True
        try:
            while self._paused and not self.full:
                try:
                    self._paused.popleft().resume()
                except Exception:
                    # The others must be resumed all the same: nothing else would do it.
                    self._log.failure("a paused sender could not be resumed")
        finally:
            self._resuming = False
