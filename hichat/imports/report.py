"""What an import has brought in, and what it could not bring in, and why."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

PROBLEM_EXAMPLES = 5
"""The most examples of a problem that are told."""

BREAKS = 20
"""The most places that cannot be read of which each is told."""


class ImportReport:
    """
    Counts what comes and what does not.

    @ivar counts: by a word such as C{messages}: what is new.
    @ivar known: the same: what was here from an earlier import.
    @ivar bytes: the size of the files that are new.
    """

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.known: Counter[str] = Counter()
        self.bytes = 0
        self._breaks: dict[str, None] = {}
        self._problems: Counter[str] = Counter()
        self._examples: defaultdict[str, list[str]] = defaultdict(list)

    def problem(self, what: str, example: str = "", count: int = 1) -> None:
        """@param what: what cannot come, or comes otherwise, and why: a sentence without a full stop."""
        self._problems[what] += count
        if example and len(self._examples[what]) < PROBLEM_EXAMPLES:
            self._examples[what].append(example[:100])

    def broken(self, what: str) -> None:
        """@param what: a place in the export that cannot be read, and why."""
        self._breaks[what[:300]] = None

    @property
    def breaks(self) -> list[str]:
        """The places of the export that cannot be read, each once: some are read more than once."""
        return list(self._breaks)

    @property
    def problems(self) -> dict[str, int]:
        """How often each problem was met."""
        return dict(self._problems)

    def lines(self) -> Iterator[str]:
        """@return: the report for people."""
        for word in ("people", "groups", "memberships", "messages", "edits", "reactions", "pins", "files"):
            size = f", {self.bytes:,} bytes" if word == "files" and self.bytes else ""
            before = f" ({self.known[word]:,} were here before)" if self.known[word] else ""
            yield f"{word}: {self.counts[word]:,}{size}{before}"
        for what, count in self._problems.most_common():
            examples = self._examples.get(what)
            shown = f": {', '.join(examples)}{', …' if count > len(examples) else ''}" if examples else ""
            yield f"{count:,} × {what}{shown}"
        breaks = self.breaks
        for what in breaks[:BREAKS]:
            yield f"cannot be read: {what}"
        if len(breaks) > BREAKS:
            yield f"and {len(breaks) - BREAKS:,} more places that cannot be read"
