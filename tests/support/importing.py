"""What the commands of imports have printed, and what came in."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import Connection

from hichat.conversations import history
from hichat.wire import view


def report(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """@return: what the last command has printed."""
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def texts(connection: Connection, user: int, key: tuple[int, int, int]) -> list[Any]:
    """@return: the messages that a user sees in a conversation."""
    return [view.folded(each) for each in history.history(connection, user, key, None, None, 50, 10**6).messages]
