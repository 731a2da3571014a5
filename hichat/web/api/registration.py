"""Registration and invites over HTTP, for administrators."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType
from sqlalchemy import Connection

from hichat.accounts import invites
from hichat.accounts.choices import REGISTRATION_CHOICE, choose, read_choice
from hichat.accounts.invites import MadeInvite
from hichat.accounts.roles import ServerRole
from hichat.accounts.server_rights import ServerAct, ask, asking, checked
from hichat.core.errors import NoSuchInvite, NotAdministrator
from hichat.web.api.named import KnownUsers, NamedUser, know, named_if
from hichat.web.api.operation import Caller, Operation, Section, Time
from hichat.web.api.paging import Page, Paging
from hichat.web.services import ApiServices

ChosenPolicy = Literal["open", "invite", "closed"]
InviteRole = Literal["guest", "member"]

INVITE_USES = 10_000
"""The most accounts of one invite."""

INVITE_DAYS = 366
"""The most days for which an invite is good."""

SECONDS_A_DAY = 24 * 3600


class RegistrationShown(msgspec.Struct, omit_defaults=True):
    """
    Who may make an account.

    @ivar policy: C{open}: everybody; C{invite}: who has an invite code; C{closed}: nobody; C{local}: without a code
        only who comes from the server's own machine, and not through a proxy.
    @ivar setting: what the setting C{HICHAT_REGISTRATION} of the daemon that answers comes to. It counts as long as
        nothing was chosen.
    @ivar chosenBy: who has chosen the policy; absent: nobody, or the account was deleted.
    @ivar chosen: when; absent: the setting counts.
    """

    policy: Literal["open", "invite", "closed", "local"]
    setting: Literal["open", "invite", "closed", "local"]
    chosen: Time | UnsetType = UNSET
    chosenBy: NamedUser | UnsetType = UNSET  # noqa: N815


class PolicyWanted(msgspec.Struct, forbid_unknown_fields=True):
    """
    Who is to make accounts.

    @ivar policy: C{open}: everybody; C{invite}: who has an invite code; C{closed}: nobody.
    """

    policy: ChosenPolicy


class InviteWanted(msgspec.Struct, forbid_unknown_fields=True):
    """
    An invite that is wanted.

    @ivar uses: the number of accounts that may be made with it.
    @ivar days: the days for which it is good.
    @ivar role: the role of those who come with it.
    """

    uses: Annotated[int, Meta(ge=1, le=INVITE_USES)] = 1
    days: Annotated[int, Meta(ge=1, le=INVITE_DAYS)] = 7
    role: InviteRole = "member"


class InviteCode(msgspec.Struct):
    """
    A new invite.

    @ivar code: the code, which is shown only now.
    @ivar expires: until when it is good.
    """

    code: str
    expires: Time


class ShownInvite(msgspec.Struct, omit_defaults=True):
    """
    An invite with which accounts can be made. Its code is not known any more.

    @ivar left: the number of accounts that may still be made with it.
    @ivar role: the role of those who come with it.
    @ivar made: when it was made.
    @ivar expires: until when it is good.
    @ivar uses: the number of accounts for which it was made; absent: an earlier version made it.
    @ivar by: who made it; absent: somebody by a command.
    """

    id: str
    left: int
    role: InviteRole
    made: Time
    expires: Time
    uses: int | UnsetType = UNSET
    by: NamedUser | UnsetType = UNSET


class InvitePath(msgspec.Struct, forbid_unknown_fields=True):
    """
    The address of an invite.

    @ivar invite: its id.
    """

    invite: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


async def get_registration(services: ApiServices, caller: Caller) -> RegistrationShown:
    """Tells who may make an account."""
    ask(caller.user, ServerAct.SET_REGISTRATION)
    setting = services.server.registration

    def look(connection: Connection) -> RegistrationShown:
        found = read_choice(connection, REGISTRATION_CHOICE)
        if found is None:
            return RegistrationShown(setting, setting)  # type: ignore[arg-type]
        by = named_if(found.made_by, know(connection, {found.made_by}))
        return RegistrationShown(found.value, setting, found.made_at, by)  # type: ignore[arg-type]

    return await services.store.read(look)


async def set_registration(services: ApiServices, caller: Caller, body: PolicyWanted) -> RegistrationShown:
    """Chooses who may make an account, on all daemons of the store, from now on. It counts instead of the setting."""
    await _choose(services, caller, body.policy)
    return await get_registration(services, caller)


async def reset_registration(services: ApiServices, caller: Caller) -> RegistrationShown:
    """Lets the setting count again."""
    await _choose(services, caller, "")
    return await get_registration(services, caller)


async def _choose(services: ApiServices, caller: Caller, policy: str) -> None:
    ask(caller.user, ServerAct.SET_REGISTRATION)
    check = asking(caller.user, ServerAct.SET_REGISTRATION)
    now = services.conversations.now()
    await services.store.write(checked(check, choose), REGISTRATION_CHOICE, policy, caller.user.id, now)


async def make_invite(services: ApiServices, caller: Caller, body: InviteWanted) -> InviteCode:
    """Makes an invite: a code with which strangers make accounts where registration is by invite."""
    ask(caller.user, ServerAct.INVITE)
    now, seconds = services.conversations.now(), body.days * SECONDS_A_DAY
    role = ServerRole.of(body.role)
    check = asking(caller.user, ServerAct.INVITE)
    code = await services.store.write(checked(check, invites.make), body.uses, seconds, now, role, caller.user.id)
    return InviteCode(code, now + seconds * 1000)


async def get_invites(services: ApiServices, caller: Caller, query: Paging) -> Page[ShownInvite]:
    """Gives the invites that are good, the newest first."""
    ask(caller.user, ServerAct.INVITE)
    after = query.after(tuple[int, Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]])

    def look(connection: Connection) -> list[tuple[MadeInvite, KnownUsers]]:
        found = invites.listed(connection, services.conversations.now(), after, query.limit + 1)
        known = know(connection, {each.made_by for each in found})
        return [(each, known) for each in found]

    page = query.page(await services.store.read(look), lambda each: (each[0].created_at, each[0].id.hex()))
    return Page([_shown(*each) for each in page.items], page.next)


async def revoke_invite(services: ApiServices, caller: Caller, path: InvitePath) -> None:
    """Revokes an invite: no more accounts are made with it. Those that were made stay."""
    ask(caller.user, ServerAct.INVITE)
    check = asking(caller.user, ServerAct.INVITE)
    await services.store.write(checked(check, invites.revoke), bytes.fromhex(path.invite))


def _shown(found: MadeInvite, known: KnownUsers) -> ShownInvite:
    return ShownInvite(
        id=found.id.hex(),
        left=found.uses_left,
        role=found.role.word,  # type: ignore[arg-type]
        made=found.created_at,
        expires=found.expires_at,
        uses=found.uses or UNSET,
        by=named_if(found.made_by, known),
    )


SECTION = Section(
    "Registration and invites",
    "Who may make an account, and the codes with which strangers do. For administrators of the server.",
    (
        Operation("GET", "/admin/registration", get_registration, "Get who may register", (NotAdministrator,)),
        Operation(
            "PUT", "/admin/registration", set_registration, "Choose who may register", (NotAdministrator,), audited=True
        ),
        Operation(
            "DELETE",
            "/admin/registration",
            reset_registration,
            "Let the setting say who may register",
            (NotAdministrator,),
            audited=True,
        ),
        Operation("GET", "/admin/invites", get_invites, "List invites", (NotAdministrator,)),
        Operation(
            "POST", "/admin/invites", make_invite, "Make an invite", (NotAdministrator,), status=201, audited=True
        ),
        Operation(
            "DELETE",
            "/admin/invites/{invite}",
            revoke_invite,
            "Revoke an invite",
            (NotAdministrator, NoSuchInvite),
            audited=True,
        ),
    ),
)
