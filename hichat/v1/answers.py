"""How answers of the v1 calls look: see the contract's conventions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hichat.core.errors import Refused
from hichat.core.words import DEFAULT, Words
from hichat.v1.words import DEFAULT_OF_V1
from hichat.web.answers import FAILED, failed, speak

if TYPE_CHECKING:
    from twisted.web.http import Request


def tell(request: Request, told: Refused | Words) -> str:
    """@return: a sentence for the body of an answer, whose head tells its language."""
    is_of_v1 = request.path == b"/v1" or request.path.startswith(b"/v1/")
    return told.text(speak(request, DEFAULT_OF_V1 if is_of_v1 else DEFAULT))


def refused(request: Request, error: Refused) -> dict[str, Any]:
    """@return: a business answer that tells of an error."""
    return failed(tell(request, error))


def failed_in_both_spellings(message: str) -> dict[str, Any]:
    """
    @return: a business answer that says no, for calls whose other answers have upper-case keys: clients look for
        either.
    """
    return failed(message) | {"Code": FAILED, "Msg": message, "Data": None}


def rows(found: Any, total: Any, message: str = "") -> dict[str, Any]:
    """@return: a list answer."""
    return {"Code": 0, "Msg": message, "Data": None, "Rows": found, "Total": total}
