"""
Operations of the v2 HTTP API. The routes, the OpenAPI document and its page are made from their declarations.

An operation is a coroutine function, with a declaration of the facts that its signature cannot express::

    async def rename(services: ApiServices, caller: Caller, path: GroupPath, body: NewName) -> ShownGroup:
        \"""What the document says about it, in a few sentences.\"""

    Operation("PUT", "/groups/{group}/name", rename, "Rename a group", (NoSuchGroup, NameTaken))

The names of its parameters have a meaning:

    - C{services}: L{hichat.web.services.ApiServices};
    - C{caller}: L{Caller}. With this parameter a call needs a token; without it anybody may call;
    - C{login}: the number of the session that the token is bound to; 0: it is bound to none;
    - C{peer}: L{hichat.web.proxies.Peer}, the client's address;
    - C{forwarded}: whether a proxy has passed the request on;
    - C{language}: the language in which the caller wants sentences;
    - C{base}: the site's address, as the client knows it, without a slash at the end;
    - C{path}, C{query}: structs; their fields are the parameters of the path and the query;
    - C{body}: a struct, read from JSON;
    - C{key}: the C{Idempotency-Key}, empty if there is none. What a call with it writes is written once;
    - C{content}: the body as a file, of any type.

The structs of requests forbid unknown fields. The returned value is written as JSON; after None the answer has no body
(204). A returned L{Resource} renders the answer itself, such as a file.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Awaitable, Callable, Mapping
from functools import cached_property
from types import NoneType
from typing import Annotated, Any, NamedTuple, get_type_hints

import msgspec
from msgspec import Meta
from twisted.web.resource import Resource
from twisted.web.static import File

from hichat.accounts.bot_passes import BotScope
from hichat.accounts.users import User
from hichat.core.errors import (
    BadCursor,
    Broken,
    Busy,
    FormNotTaken,
    FormTooLarge,
    InvalidField,
    KeyUsed,
    NotByAppPassword,
    NotForBots,
    NotInToken,
    NotJSON,
    NotJSONType,
    NotStored,
    NotText,
    Refused,
    StoreAway,
    TokenMayNot,
    TooManyConnections,
    TooManyRequests,
    Unauthorized,
)
from hichat.core.events import FIRST_GROUP_ID, MAX_SAFE_INTEGER
from hichat.web.api.paging import Paging

UserId = Annotated[int, Meta(ge=1, le=MAX_SAFE_INTEGER, description="A user's id.")]
DeviceId = Annotated[int, Meta(ge=1, le=MAX_SAFE_INTEGER, description="A device's number.")]
GroupId = Annotated[int, Meta(ge=FIRST_GROUP_ID, le=MAX_SAFE_INTEGER, description="A group's id.")]
Time = Annotated[int, Meta(description="Milliseconds since the epoch.")]

EVENT_STREAM = "text/event-stream"
"""The type of a stream of events (HTML, 9.2)."""

_PLACE = re.compile(r"\{(\w+)\}")


class Caller(NamedTuple):
    """
    The user who makes a call.

    @ivar device: the number of the device that the token is bound to.
    """

    user: User
    device: int = 0


class Answer(NamedTuple):
    """The return value of an operation whose answers are of several kinds. See L{Operation.more}."""

    status: int
    value: msgspec.Struct | None


class Operation(msgspec.Struct, frozen=True, dict=True):
    """
    One method of one path.

    @ivar method: the HTTP method.
    @ivar path: the path after C{/v2}, with the names of parameters in braces.
    @ivar handler: the coroutine function; see the module.
    @ivar summary: a few words for the document.
    @ivar refusals: the errors that it may raise, beside those that L{refused_with} adds by itself.
    @ivar status: the status of an answer with a body.
    @ivar audited: whether the audit log has who called it, on whom, and with what outcome; its act there is the name of
        the handler.
    @ivar secures: whether it changes how its caller signs in, or ends the account: sessions that an app password began
        may not call it.
    @ivar secret: whether its answers have a secret, such as a code: L{is_compressed} goes by that.
    @ivar scope: the scope that a bot's token needs for it; None: it is not for bots. A token that is limited to some
        conversations takes only operations with a C{conversation} or a C{group} among those in their path.
    @ivar limits: whether such a token takes it all the same: the handler asks L{BotPass.ask_place
        <hichat.accounts.bot_passes.BotPass.ask_place>} itself, or nothing of it is about a conversation.
    @ivar stream: answers clients that accept C{text/event-stream}; it has the parameters of the handler, and its
        L{Resource} writes the events. None: such clients get what all get.
    @ivar more: further answers, for which the handler returns an L{Answer}: the types of their bodies by status; None:
        there is no body.
    """

    method: str
    path: str
    handler: Callable[..., Awaitable[Any]]
    summary: str
    refusals: tuple[type[Refused], ...] = ()
    status: int = 200
    more: Mapping[int, type[msgspec.Struct] | None] = {}
    audited: bool = False
    secures: bool = False
    secret: bool = False
    scope: BotScope | None = None
    limits: bool = False
    stream: Callable[..., Awaitable[Resource]] | None = None

    def __post_init__(self) -> None:
        """@raise TypeError: the declaration contradicts the handler's signature."""
        if self.scope is not None and (self.secures or self.is_open):
            raise TypeError(f"{self.id}: it is not for bots")
        takes = set(self.hints) - {"return"}
        unknown = takes - {
            "services",
            "caller",
            "login",
            "peer",
            "forwarded",
            "base",
            "language",
            "path",
            "query",
            "body",
            "content",
            "key",
        }
        if unknown or "services" not in takes:
            raise TypeError(f"{self.id}: parameters are named otherwise: {unknown}")
        places = list(self.path_type.__struct_fields__) if self.path_type else []
        if sorted(_PLACE.findall(self.path)) != sorted(places):
            raise TypeError(f"{self.id}: the path has other parameters than its type")
        for kind in (self.path_type, self.query_type, self.body_type):
            if kind is not None and not kind.__struct_config__.forbid_unknown_fields:
                raise TypeError(f"{self.id}: {kind.__name__} takes unknown fields")

    @cached_property
    def hints(self) -> dict[str, Any]:
        """The types of the handler's parameters, and of its return value, by name."""
        return get_type_hints(self.handler, include_extras=True)

    @property
    def id(self) -> str:
        """Its name, for generated clients: C{camelCase}."""
        first, *others = self.handler.__name__.split("_")
        return first + "".join(map(str.title, others))

    @property
    def description(self) -> str:
        """The text for the document: the handler's docstring, in epytext."""
        return inspect.cleandoc(self.handler.__doc__ or "")

    @property
    def is_open(self) -> bool:
        """Whether anybody may call."""
        return "caller" not in self.hints

    @property
    def is_compressed(self) -> bool:
        """
        Whether its answers may be compressed: it only reads, and its answers have no secret. (Operations that make
        tokens, codes or links are no readers, and their answers are short.) See L{hichat.web.compression}.
        """
        return self.method == "GET" and not self.secret

    @property
    def path_type(self) -> type[msgspec.Struct] | None:
        """The struct of the path's parameters; None: it has none."""
        return self.hints.get("path")

    @property
    def query_type(self) -> type[msgspec.Struct] | None:
        """The struct of the query's parameters; None: it has none."""
        return self.hints.get("query")

    @property
    def body_type(self) -> type[msgspec.Struct] | None:
        """The struct of the JSON body; None: it takes none."""
        return self.hints.get("body")

    @property
    def takes_files(self) -> bool:
        """Whether the body is a file, of any type."""
        return "content" in self.hints

    @property
    def takes_key(self) -> bool:
        """Whether it may have an idempotency key."""
        return "key" in self.hints

    @property
    def sends_files(self) -> bool:
        """Whether its answer is a file, of any type, or ranges of one."""
        returned = self.hints["return"]
        return isinstance(returned, type) and issubclass(returned, Resource)

    @property
    def needs_body(self) -> bool:
        """Whether a request must have a body: whether a field of the body is required."""
        return self.body_type is not None and any(field.required for field in msgspec.structs.fields(self.body_type))

    @cached_property
    def answers(self) -> dict[int, Any]:
        """The types of its answers' bodies by status; None: there is no body."""
        returned = self.hints["return"]
        if self.sends_files:
            has_ranges = issubclass(returned, File)
            return {200: returned, 206: returned, 304: None, 416: None} if has_ranges else {200: returned}
        if returned is Answer:
            return dict(self.more)
        if returned is NoneType:
            return {204: None, **self.more}
        return {self.status: returned, **self.more}

    @cached_property
    def refused_with(self) -> tuple[type[Refused], ...]:
        """All errors with which it may be refused."""
        found: list[type[Refused]] = []
        if not self.is_open:
            found.append(Unauthorized)
            found += [NotForBots] if self.scope is None else [TokenMayNot, NotInToken]
        if self.secures:
            found.append(NotByAppPassword)
        # Every operation refuses unknown parameters.
        found += [InvalidField, NotText]
        if self.takes_key:
            found.append(KeyUsed)
        if self.query_type is not None and issubclass(self.query_type, Paging):
            found.append(BadCursor)
        if self.body_type is not None:
            found += [NotJSON, NotJSONType]
        if self.takes_files:
            found.append(FormNotTaken)
        # Any request may have a body, and for any the store may be away.
        found += [FormTooLarge, *self.refusals, TooManyRequests, TooManyConnections, Busy, NotStored, StoreAway, Broken]
        return tuple(dict.fromkeys(found))


class Section(NamedTuple):
    """
    Operations about one subject.

    @ivar text: an introduction to the subject, in CommonMark.
    """

    title: str
    text: str
    operations: tuple[Operation, ...]
