"""Drafts of text messages."""

from __future__ import annotations

from typing import Any

from hichat.core.events import Scope
from hichat.wire import stored
from hichat.wire.frames import Send
from tests.support.ledger import message


def text(said: str, sender: int = 1, target: int = 2) -> Any:
    body = stored.message_body(Send(text=said, user=target), sender, Scope.USER, target)
    return message(sender, target, Scope.USER, body)
