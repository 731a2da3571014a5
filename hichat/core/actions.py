"""Buttons and a choice under a message: what a bot offers there."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

ActionId = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_.:-]+$(?!\n)")]
Label = Annotated[str, Meta(min_length=1, max_length=40)]
ACTIONS_LIMIT = 10
"""Buttons under one message."""
OPTIONS_LIMIT = 25
"""Options of a choice under a message."""


class Action(msgspec.Struct, omit_defaults=True, gc=False):
    """
    A button under a message of a bot.

    @ivar id: by which the bot knows it.
    @ivar label: the text on it.
    @ivar style: how it looks: C{primary} for the one that is meant, C{danger} for one that destroys something.
    """

    id: ActionId
    label: Label
    style: Literal["primary", "danger"] | UnsetType = UNSET


class Option(msgspec.Struct, gc=False):
    """
    One of the options of a choice.

    @ivar value: by which the bot knows it.
    @ivar label: the text that people read.
    """

    value: Annotated[str, Meta(min_length=1, max_length=64)]
    label: Label


class ActionChoice(msgspec.Struct, gc=False):
    """
    A choice under a message of a bot: one of several options.

    @ivar id: by which the bot knows it.
    @ivar label: what is to be chosen.
    @ivar options: one of which is chosen.
    """

    id: ActionId
    label: Label
    options: Annotated[list[Option], Meta(min_length=1, max_length=OPTIONS_LIMIT)]


class SentAction(Action, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """
    A button, as a bot sends it.

    @ivar id: by which the bot knows it.
    @ivar label: the text on it.
    @ivar style: how it looks: C{primary} for the one that is meant, C{danger} for one that destroys something.
    """


class SentChoice(ActionChoice, forbid_unknown_fields=True, gc=False):
    """
    A choice, as a bot sends it.

    @ivar id: by which the bot knows it.
    @ivar label: what is to be chosen.
    @ivar options: one of which is chosen.
    """
