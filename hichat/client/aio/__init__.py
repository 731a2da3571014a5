"""The asyncio face of the client library: bots."""

from hichat.client.aio.api import AsyncApi
from hichat.client.aio.bot import Bot, NoSignIn
from hichat.client.aio.client import AsyncClient
from hichat.client.aio.commands import Button, Invocation, Menu
from hichat.client.aio.message import Attachment, Discussion, FileTooLarge, Message, Occurrence, Sent
from hichat.client.aio.names import NoSuchName, Person, Target
from hichat.client.aio.state import StateInUse, StateTrouble
from hichat.client.speech import StartedAnew
from hichat.client.wire import (
    BadAnswer,
    ClientError,
    FileGone,
    FileTrouble,
    FurtherStepNeeded,
    NoAnswer,
    NotConnected,
    NotSendable,
    Refused,
    Replaced,
    Unauthorized,
    Unconfirmed,
    Unreachable,
)
from hichat.core.actions import Option
from hichat.wire.frames import Alias

__all__ = [
    "Alias",
    "AsyncApi",
    "AsyncClient",
    "Attachment",
    "BadAnswer",
    "Bot",
    "Button",
    "ClientError",
    "Discussion",
    "FileGone",
    "FileTooLarge",
    "FileTrouble",
    "FurtherStepNeeded",
    "Invocation",
    "Menu",
    "Message",
    "NoAnswer",
    "NoSignIn",
    "NoSuchName",
    "NotConnected",
    "NotSendable",
    "Occurrence",
    "Option",
    "Person",
    "Refused",
    "Replaced",
    "Sent",
    "StartedAnew",
    "StateInUse",
    "StateTrouble",
    "Target",
    "Unauthorized",
    "Unconfirmed",
    "Unreachable",
]
