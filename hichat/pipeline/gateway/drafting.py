"""
Makes drafts of what users say: of the frames of v2, whether they came over a WebSocket or were made of an HTTP call.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast, get_args

from msgspec import UNSET

from hichat.core.drafts import Draft, IOrigin
from hichat.core.errors import MayNotMentionAll, NotAdministrator, NotPermitted, OnlyBotsOffer
from hichat.core.events import ALL, Scope
from hichat.core.kinds import Kind
from hichat.media.media import MediaUses
from hichat.pipeline.gateway import forwarding
from hichat.wire import frames, stored, v2

if TYPE_CHECKING:
    from sqlalchemy import Connection


def make_draft(
    said: frames.Counted,
    user: int,
    device: int,
    media: MediaUses,
    origin: IOrigin,
    by_app_password: bool = False,
    bot: bool = False,
) -> Draft:
    """
    @param user: the sender's id.
    @param device: the number of the sender's device. It is never 0: by it the log knows that a message is in the form
        of v2.
    @param media: the files that messages name.
    @param origin: is told the outcome.
    @param by_app_password: whether an app password began the sender's session: then nothing goes to everybody.
    @param bot: whether the sender is a bot: only bots show a message under another name, or with buttons.
    @raise Refused: a text is too long, a field is missing; or another reason for which no store is needed.
    """
    if not bot:
        _check_person(said)
    draft = _MAKE[type(said)](said, user, media, origin)
    if by_app_password and draft.scope == Scope.EVERYONE:
        if draft.kind == Kind.MESSAGE:
            raise NotAdministrator
        draft.change = _to_some
    draft.device = device
    if said.counter is not UNSET:
        draft.counter = said.counter
    return draft


def _check_person(said: frames.Counted) -> None:
    """
    @raise NotPermitted: only bots show a message under another name.
    @raise OnlyBotsOffer: only bots offer buttons.
    """
    if isinstance(said, frames.Send) and said.alias is not UNSET:
        raise NotPermitted
    if isinstance(said, _OFFERING) and (said.actions or said.choice is not UNSET):
        raise OnlyBotsOffer


def _message(said: frames.Send, user: int, media: MediaUses, origin: IOrigin) -> Draft:
    scope, target = v2.scope_of(said)
    to_all = ALL in said.mentions
    if to_all and scope != Scope.GROUP:
        raise MayNotMentionAll
    subject = 0 if said.replyTo is UNSET else said.replyTo
    id = media.named(said.url) if said.url else None
    alias, pictures = (UNSET, []) if said.alias is UNSET else _alias(said.alias, media)
    change = media.use(*pictures) if pictures else None
    if id is None:
        body = stored.message_body(said, user, scope, target, alias=alias)
    else:
        ids = [cast(str, media.named(file.url)) for file in said.moreFiles]
        more = [(each, media.open_url(each)) for each in ids]
        body = stored.message_body(said, user, scope, target, id, media.open_url(id), more, alias)
        change = media.use(id, *ids, *pictures)
    return Draft(Kind.MESSAGE, scope, user, target, body, origin, subject, change=change, to_all=to_all)


def _alias(wanted: frames.Alias, media: MediaUses) -> tuple[frames.ShownAlias, list[str]]:
    """@return: the name and the picture under which a message is shown, and the ids of the files that it uses."""
    id = media.named(wanted.avatar) if wanted.avatar else None
    if id is None:
        return stored.alias_of(wanted), []
    return stored.alias_of(wanted, media.open_url(id)), [id]


def _copy(said: frames.Forward, user: int, _media: MediaUses, origin: IOrigin) -> Draft:
    scope, target = v2.scope_of(said)
    body = stored.forward_body(said, user, scope, target)
    return Draft(Kind.MESSAGE, scope, user, target, body, origin, change=forwarding.copy_of(said.message))


def _revision(said: frames.Revision, user: int, _media: MediaUses, origin: IOrigin) -> Draft:
    to_all = isinstance(said, frames.Edit) and ALL in said.mentions
    body = stored.revision_body(said)
    # The ledger sets the scope and the target to those of the message.
    return Draft(said.kind, Scope.EVERYONE, user, 0, body, origin, said.message, to_all=to_all)


def _to_some(_connection: Connection, draft: Draft, _position: int) -> None:
    """
    The ledger knows now which message is changed.

    @raise NotAdministrator: it is an announcement.
    """
    if draft.scope == Scope.EVERYONE:
        raise NotAdministrator


# Built once: this is asked about every message.
_OFFERING = (frames.Send, frames.Edit)

_MAKE: dict[type, Callable[..., Draft]] = {
    frames.Send: _message,
    frames.Forward: _copy,
    **dict.fromkeys(get_args(frames.Revision), _revision),
}
