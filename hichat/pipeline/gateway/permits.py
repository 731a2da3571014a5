"""
What a bot may do over a connection with the token that it has shown: the scope that each frame needs, and the
conversations of a token that is limited to some.

A message stays in its conversation for ever, so looking where it is needs no transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from msgspec import UNSET
from sqlalchemy import Connection

from hichat.accounts.bot_passes import BotPass, BotScope, TokenPlace
from hichat.core.errors import NotForBots, NotInToken
from hichat.core.events import Event, Scope
from hichat.log import reading
from hichat.storage.store import Store
from hichat.wire import calls, frames, v2

NO_SCOPE = BotScope(0)
"""Any token will do."""

FRAME_SCOPES: Mapping[type, BotScope] = {
    frames.Hello: NO_SCOPE,
    frames.Ping: NO_SCOPE,
    frames.Speak: NO_SCOPE,
    frames.Show: NO_SCOPE,
    frames.Send: BotScope.SEND,
    frames.Forward: BotScope.SEND,
    **dict.fromkeys(get_args(frames.Revision), BotScope.SEND),
    frames.AnswerCall: BotScope.SEND,
    frames.Typing: BotScope.SEND,
    frames.Sync: BotScope.READ,
    frames.Received: BotScope.READ,
    frames.Read: BotScope.READ,
    frames.Marks: BotScope.READ,
    frames.History: BotScope.READ,
    frames.Watch: BotScope.READ,
}
"""The scope that a bot's token needs for a frame. Others are not for bots."""


def ask_frame(shown: BotPass, said: frames.FromClient) -> None:
    """
    May the bot say this? Where a message that it names is, is another question: see L{message_in}.

    @raise Refused: L{NotForBots}, L{TokenMayNot} or L{NotInToken}.
    """
    scope = FRAME_SCOPES.get(type(said))
    if scope is None:
        raise NotForBots
    if scope:
        shown.ask(scope)
    if shown.conversations is None:
        return
    if isinstance(said, frames.Addressed):
        shown.ask_place(*v2.scope_of(said))
    elif isinstance(said, frames.Watch):
        for user in said.users:
            shown.ask_place(Scope.USER, user)
        for group in said.groups:
            shown.ask_place(Scope.GROUP, group)


def message_in(shown: BotPass, said: frames.FromClient) -> int:
    """
    @return: the id of the message whose conversation decides whether the bot may say this; 0: nothing depends on one.
        (A reply is in the conversation of what it replies to, which the ledger checks.)
    """
    if shown.conversations is None or not isinstance(said, (frames.Forward, *get_args(frames.Revision))):
        return 0
    found = getattr(said, "message", UNSET)
    return 0 if found is UNSET else int(found)


def place_of_message(connection: Connection, user: int, message: int) -> TokenPlace | None:
    """@return: the conversation of a message, as this user sees it; None: there is none that the user sees."""
    event = reading.find(connection, message)
    return None if event is None else place_of(event, user)


def place_of(event: Event, user: int) -> TokenPlace | None:
    """
    @return: the conversation of an event, as this user sees it; None: it is in none that the user sees. A call of a bot
        is where it was made, though its event is one of the user and the bot; so is the answer.
    """
    if event.scope != Scope.USER:
        return (event.scope, event.target) if event.scope in (Scope.GROUP, Scope.EVERYONE) else None
    if user not in (event.sender, event.target):
        return None
    if group := calls.group_of(event):
        return Scope.GROUP, group
    return Scope.USER, event.target if event.sender == user else event.sender


def shows(shown: BotPass, user: int, event: Event) -> bool:
    """@return: whether an event is in a conversation for which the token of this bot is good."""
    if shown.conversations is None:
        return True
    return place_of(event, user) in shown.conversations


def ask_message_place(shown: BotPass, place: TokenPlace | None) -> None:
    """
    @param place: see L{place_of_message}.
    @raise NotInToken: the token is not good for it.
    """
    if place is None:
        raise NotInToken
    shown.ask_place(*place)


async def ask_all(store: Store, user: int, shown: BotPass, said: frames.FromClient) -> None:
    """
    As L{ask_frame}, and with a look at the message that the frame names: for those who have one frame, and not many in
    order.

    @raise Refused: L{NotForBots}, L{TokenMayNot} or L{NotInToken}.
    """
    ask_frame(shown, said)
    message = message_in(shown, said)
    if message:
        ask_message_place(shown, await store.read(place_of_message, user, message))
