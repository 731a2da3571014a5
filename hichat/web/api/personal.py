"""All that there is of the caller, or for an owner of the server of somebody else, over HTTP; and the account's end."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from hichat.accounts import users
from hichat.accounts.server_rights import ServerAct, ask
from hichat.audit.entries import Entry
from hichat.core.errors import BadLink, LastOwner, NoSuchUser, NotAdministrator, TooManyAttempts
from hichat.core.events import MAX_SAFE_INTEGER
from hichat.web.api.accounts import UserPath
from hichat.web.api.operation import Caller, DeviceId, Operation, Section, Time, UserId
from hichat.web.api.signing_in import PROOF_REFUSALS, OwnProof
from hichat.web.credentials import Peer
from hichat.web.exports import ExportDownload
from hichat.web.services import ApiServices

PageLanguage = Literal["en", "zh"]


class ExportWanted(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """
    A question for a link to an export.

    @ivar language: that of its pages for people.
    """

    language: PageLanguage = "en"


class ExportLink(msgspec.Struct):
    """
    A link to an export.

    @ivar url: a path of this server, which needs no token.
    @ivar expires: until when a download can begin.
    """

    url: str
    expires: Time


class ExportQuery(msgspec.Struct, forbid_unknown_fields=True):
    """
    The query of a link, as the server has made it.

    @ivar user: whose export it is.
    @ivar until: when the link expires.
    @ivar key: the server's signature.
    @ivar device: the device that has got it; when its session ends, the link does.
    @ivar language: that of the pages for people.
    @ivar by: the owner of the server who has asked for it; absent: the user has.
    """

    user: UserId
    until: Annotated[int, Meta(ge=0, le=MAX_SAFE_INTEGER)]
    key: Annotated[str, Meta(max_length=64)]
    device: DeviceId
    language: PageLanguage = "en"
    by: UserId | UnsetType = UNSET


async def link_export(services: ApiServices, caller: Caller, body: ExportWanted) -> ExportLink:
    """
    Gives a link to all that there is of you, which is good for a minute, while this device is
    logged in. You may get five of them a day.
    """
    until, key = await services.exports.link(caller.user, caller.device)
    query = f"user={caller.user.id}&device={caller.device}&until={until}&key={key}&language={body.language}"
    return ExportLink(f"/v2/me/export?{query}", until)


async def export_me(services: ApiServices, peer: Peer, query: ExportQuery) -> ExportDownload:
    """
    Sends a ZIP with all that there is of you: the profile, contacts, groups, settings, every message that you may read,
    and the files. It is made while you read it, so it has no length; one that is not whole lacks its end. What comes
    while it is made is not in it. The server makes few of them at once: else the answer is C{busy}. A link that an
    owner of the server has got gives what there is of the user whose it is.
    """
    by = 0 if query.by is UNSET else query.by
    user, asker = await services.exports.check(query.user, query.until, query.key, query.device, by)
    act = "admin_export_person" if by else "export_me"
    services.note(Entry(act=act, actor=asker.id, whose=user.id, address=peer.address, via="v2"))
    return ExportDownload(services.exports, user, query.language)


async def admin_link_export(services: ApiServices, caller: Caller, path: UserPath, body: ExportWanted) -> ExportLink:
    """
    Gives a link to all that there is of a user, with all messages that the user may read. It is good for a minute, and
    counts among the exports of the caller. The audit log has the link and its use. For owners.
    """
    ask(caller.user, ServerAct.EXPORT_OTHERS)
    whose = await services.store.read(users.get, path.user)
    until, key = await services.exports.link(whose, caller.device, caller.user)
    query = (
        f"user={whose.id}&device={caller.device}&until={until}&key={key}&language={body.language}&by={caller.user.id}"
    )
    return ExportLink(f"/v2/me/export?{query}", until)


async def delete_me(services: ApiServices, caller: Caller, body: OwnProof) -> None:
    """
    Deletes your account for ever, with your contacts, memberships and files. Your messages stay, without your name, or
    go, as the server is set. Others may take the name after 30 days.
    """
    await body.check(services, caller)
    await services.accounts.deleter.delete(caller.user)


EXPORT_PERSON = Operation(
    "POST",
    "/admin/people/{user}/export",
    admin_link_export,
    "Get a link to all data of a person",
    (NotAdministrator, NoSuchUser, TooManyAttempts),
    audited=True,
)


SECTION = Section(
    "Your data",
    "All that the server has of you, as a ZIP. `index.html` in it is for people; `person.json` and the files that end "
    "in `.jsonl` are for programs, in the form that `schema.json` beside them says: a message is as in a "
    "conversation's history. The account is deleted here, too.",
    (
        Operation("POST", "/me/export", link_export, "Get a link to all your data", (TooManyAttempts,), audited=True),
        Operation("GET", "/me/export", export_me, "Get all your data", (BadLink,)),
        Operation(
            "POST",
            "/me/deletion",
            delete_me,
            "Delete your account",
            (*PROOF_REFUSALS, LastOwner),
            audited=True,
            secures=True,
        ),
    ),
)
