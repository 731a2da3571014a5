"""The stored form of what a bot is called for, and of its answers for one user alone."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

from hichat.core.actions import Action, ActionChoice
from hichat.core.events import Event
from hichat.core.kinds import BOT_ANSWERS, CALLS, Format


class StoredCall(msgspec.Struct, omit_defaults=True, gc=False):
    """
    The call of a command, or what a button was pressed for.

    @ivar command: the command's name; empty: it was a button, or a choice.
    @ivar arguments: the text behind the name.
    @ivar action: the id of the button, or of the choice.
    @ivar value: the value of the option that was chosen.
    @ivar group: the group in which that was; 0: it was in the conversation of the user and the bot.
    @ivar under: the command to whose answer the button belongs; empty: to none's.
    """

    command: str = ""
    arguments: str = ""
    action: str = ""
    value: str = ""
    group: int = 0
    under: str = ""


class StoredAnswer(msgspec.Struct, omit_defaults=True, gc=False):
    """
    An answer for the user alone who has called.

    @ivar command: the name of the command that is answered; empty: it was a button.
    @ivar group: the group in which it is shown; 0: the conversation of the user and the bot.
    """

    text: str
    format: Format | UnsetType = UNSET
    command: str = ""
    group: int = 0
    actions: list[Action] = []
    choice: ActionChoice | UnsetType = UNSET


_CALL = msgspec.json.Decoder(StoredCall)
_ANSWER = msgspec.json.Decoder(StoredAnswer)
_ENCODER = msgspec.json.Encoder()


def read_call(body: bytes) -> StoredCall:
    """@return: a call, from its event's body, which is not empty."""
    return _CALL.decode(body)


def read_answer(body: bytes) -> StoredAnswer:
    """@return: an answer, from its event's body, which is not empty."""
    return _ANSWER.decode(body)


def group_of(event: Event) -> int:
    """@return: the group in which a call was made, or is answered; 0: in none, or the event is neither."""
    if not event.body:
        return 0
    if event.kind in CALLS:
        return read_call(event.body).group
    return read_answer(event.body).group if event.kind in BOT_ANSWERS else 0


def written(said: StoredCall | StoredAnswer) -> bytes:
    """@return: the stored form."""
    return _ENCODER.encode(said)
