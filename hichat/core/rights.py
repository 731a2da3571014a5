"""
Rights, as every room decides them: an act needs this and that, and the first need that is not met is the reason of the
refusal. Which needs an act has stands in a table: L{hichat.groups.rights.GROUP_NEEDS},
L{hichat.contacts.rights.CONTACT_NEEDS}.

A change asks once, in its own transaction and before it writes anything. So nothing can come between the answer and
the change, and a change that is refused has written nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Generic, NamedTuple, TypeVar

from hichat.core.errors import Refused

T = TypeVar("T")


class Need(NamedTuple, Generic[T]):
    """
    What an act needs.

    @ivar is_met: is called with the facts of the case.
    @ivar refusal: the reason why not.
    """

    is_met: Callable[[T], bool]
    refusal: type[Refused]


def check(facts: T, needs: Iterable[Need[T]]) -> None:
    """@raise Refused: a need is not met; of several, the first one counts."""
    for need in needs:
        if not need.is_met(facts):
            raise need.refusal
