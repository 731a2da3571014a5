"""
Rights. An act has needs, which are checked in order; the first need that is not met decides with which error the act is
refused. The tables of needs are L{hichat.groups.rights.GROUP_NEEDS} and L{hichat.contacts.rights.CONTACT_NEEDS}.

A change asks once, in its own transaction and before it writes anything. So nothing can happen between the answer and
the change, and a change without the right to be made has written nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Generic, NamedTuple, TypeVar

from hichat.core.errors import Refused

T = TypeVar("T")


class Need(NamedTuple, Generic[T]):
    """
    One of the needs of an act.

    @ivar is_met: is called with the facts of the case.
    @ivar refusal: the error of an act whose need is not met.
    """

    is_met: Callable[[T], bool]
    refusal: type[Refused]


def check(facts: T, needs: Iterable[Need[T]]) -> None:
    """@raise Refused: a need is not met; of several, the first one counts."""
    for need in needs:
        if not need.is_met(facts):
            raise need.refusal
