"""
How much the tests try. C{HICHAT_PROOF=full}, as in the gate, is all of it; without it they take less time.

These change one number, or two: C{HICHAT_SEEDS} (simulations), C{HICHAT_SEEDS_OF_FUZZ}, C{HICHAT_SEEDS_OF_SEARCH},
C{HICHAT_KILLS_OF_THE_HUB}, C{HICHAT_KILLS_BESIDE_OTHERS}, C{HICHAT_EVENTS_OF_HOOKS}, C{HICHAT_SECONDS_OF_FAULTS} (of
three hosts); C{HICHAT_SEED=17} repeats one seed.
"""

import os
from typing import TypeVar

FULL = os.environ.get("HICHAT_PROOF") == "full"


def many(full: int, quick: int) -> int:
    """@return: how often to try."""
    return full if FULL else quick


SIMULATIONS = int(os.environ.get("HICHAT_SEEDS") or many(100, 40))
SIMULATIONS_OF_NODES = int(os.environ.get("HICHAT_SEEDS") or many(40, 24))
ROUNDS_OF_FUZZ = int(os.environ.get("HICHAT_SEEDS_OF_FUZZ") or many(3, 1))
ROUNDS_OF_SEARCH = int(os.environ.get("HICHAT_SEEDS_OF_SEARCH") or many(2, 1))
ROUNDS_OF_BATCHES = many(8, 5)
ROUNDS_OF_ARRIVALS = many(200, 25)
ROUNDS_OF_THE_WRITER = many(80, 30)
"""In every tenth its process is killed."""

KILLS = many(20, 10)
"""At least: it goes on until an ack was lost."""

KILLS_BESIDE_OTHERS = int(os.environ.get("HICHAT_KILLS_BESIDE_OTHERS") or many(5, 3))
"""Of the log's writer of one daemon, while another one writes to the same store."""

KILLS_OF_WORKERS = many(5, 3)
KILLS_OF_THE_HUB = int(os.environ.get("HICHAT_KILLS_OF_THE_HUB") or many(8, 3))
"""The writer of all workers: it is there again a second or two after each."""

MESSAGES_OVER_HTTP = many(80, 60)
KILLS_OVER_HTTP = many(2, 1)
"""While they are sent, of the whole daemon."""

EVENTS_OF_HOOKS = int(os.environ.get("HICHAT_EVENTS_OF_HOOKS") or many(600, 300))
"""Events that an outgoing hook delivers while its receiver and the daemon die."""

ROUNDS_OF_HOOKS = max(many(2, 1), EVENTS_OF_HOOKS // 1200)
"""In each, the receiver, and the daemon, are killed."""

SECONDS_OF_FAULTS = int(os.environ.get("HICHAT_SECONDS_OF_FAULTS") or many(25, 5))
"""For which one fault of three hosts follows the other."""

SECONDS_OF_IDLING = many(130, 0)
"""For which nothing but pings goes through the proxies: longer than they wait for anything."""

STORIES_OF_UNREAD = (0, 1, 4) if FULL else (0, 4)
"""Their seeds; each goes on where the last one ended."""

LOGS_TO_CATCH_UP_WITH = many(4, 2)
JUMPS = many(4, 2)
"""Of the clock, while a daemon runs."""

THEMES = ("light", "dark") if FULL else ("light",)
"""In which axe looks at the web client."""

NETWORKS_AND_VIEWS = ((0.3, True), (0.15, False), (0.15, True), (0.3, False))[: many(2, 1)]
"""Over which latency (seconds, each way) the web client is read, and whether on a phone."""

ROUNDS_OF_PICTURES = many(4, 2)
"""Of a dozen pictures and other messages, in a conversation that is read."""

WAYS_BELOW = ("nginx", "kept", "stripped")[: many(3, 1)]
"""The proxies that put a site below a path; but for nginx, whether they take the path off what they pass on."""

STEP_OF_SLICES = many(1, 3)
"""From one beginning, or end, of a slice of a history to the next."""

TIMES_THAT_FALL = many(2, 3)
"""Which of the times a search is bounded by: every second, or every third."""

FRAMES_OF_LARGE = many(3, 1)
"""Of a large moving picture, after its first."""

EXAMPLES = many(50, 25)
"""What Hypothesis tries, where a test does not say more."""

EXAMPLES_OF_SCHEMATHESIS = many(2, 1)
"""For each operation."""


Scene = TypeVar("Scene")


def scenes(first: type[Scene], *others: type[Scene]) -> tuple[type[Scene], ...]:
    """
    @param others: scenes with another store, or several workers.
    @return: those in which a long story of a whole system is told: in the full proof all of them. Otherwise the first:
        what both stores have to do is tested by each room, and what several workers have to do in C{test_workers}.
    """
    return (first, *others) if FULL else (first,)


def seeds(count: int) -> list[int]:
    """@return: so many, or the one to repeat."""
    one = os.environ.get("HICHAT_SEED")
    return [int(one)] if one else list(range(count))
