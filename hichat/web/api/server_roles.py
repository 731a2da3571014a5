"""Roles in the server, over HTTP."""

from __future__ import annotations

import msgspec

from hichat.accounts import server_rights
from hichat.accounts.roles import RoleWord, ServerRole
from hichat.accounts.server_rights import ServerAct
from hichat.core.errors import LastOwner, NoSuchUser, NotAdministrator, NotPermitted
from hichat.web.api.accounts import UserPath
from hichat.web.api.operation import Caller, Operation
from hichat.web.services import ApiServices


class NewServerRole(msgspec.Struct, forbid_unknown_fields=True):
    """
    Another role in the server.

    @ivar role: a role below the caller's own; an owner gives every role.
    """

    role: RoleWord


async def set_server_role(services: ApiServices, caller: Caller, path: UserPath, body: NewServerRole) -> None:
    """
    Gives a user another role in the server. For administrators, about users whose role is below their own; owners
    change the role of everybody, but an owner stays. A user who becomes an administrator or a guest, or ceases to be
    one, is signed out everywhere.
    """
    server_rights.ask(caller.user, ServerAct.SET_ROLE)
    await services.accounts.status.set_role(path.user, ServerRole.of(body.role), caller.user)


SET_ROLE = Operation(
    "PUT",
    "/admin/people/{user}/role",
    set_server_role,
    "Give a user a role in the server",
    (NotAdministrator, NotPermitted, NoSuchUser, LastOwner),
    audited=True,
)
