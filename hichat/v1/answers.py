"""How answers of the v1 calls look: see the contract's conventions."""

from __future__ import annotations

from typing import Any

from hichat.web.answers import FAILED, failed


def failed_in_both_spellings(message: str) -> dict[str, Any]:
    """
    @return: a business answer that says no, for calls whose other answers have upper-case keys: clients look for
        either.
    """
    return failed(message) | {"Code": FAILED, "Msg": message, "Data": None}


def rows(found: Any, total: Any, message: str = "") -> dict[str, Any]:
    """@return: a list answer."""
    return {"Code": 0, "Msg": message, "Data": None, "Rows": found, "Total": total}
