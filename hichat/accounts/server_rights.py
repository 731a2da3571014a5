"""
Rights in the server: may this user do something that only some roles may?

An operation asks before it does anything: L{ask}. The least role for each act is one line of L{SERVER_NEEDS}. An
administrator is no reader of private chats: no act shows messages of conversations that the user is not in, but for a
message that somebody has reported.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto

from hichat.accounts.roles import ServerRole
from hichat.accounts.users import User
from hichat.core.errors import NotAdministrator, NotPermitted


class ServerAct(Enum):
    """An act that concerns the server, or other people in it."""

    SEE_PEOPLE = auto()
    """List people, and what is known of each."""
    SEE_REPORTS = auto()
    JUDGE_REPORT = auto()
    """Close a report, or take the reported message back."""
    DISABLE = auto()
    """Keep somebody out, or let them in again; sign somebody out."""
    MAKE_PERSON = auto()
    INVITE = auto()
    RENAME = auto()
    RESET_PASSWORD = auto()
    DELETE_PERSON = auto()
    SEE_DEVICES = auto()
    SET_ROLE = auto()
    """Give somebody another role; see L{ask_role}."""
    SEE_GROUPS = auto()
    RUN_GROUPS = auto()
    """Give a group another owner, dissolve or archive it."""
    ANNOUNCE = auto()
    """Write to everyone."""
    SET_REGISTRATION = auto()
    SEE_SERVER = auto()
    """See the daemons, who is online, the storage, and the settings."""
    SEE_AUDIT = auto()
    HOLD = auto()
    """Keep messages that would be deleted."""
    SET_RETENTION = auto()
    EXPORT_OTHERS = auto()


SERVER_NEEDS: Mapping[ServerAct, ServerRole] = {
    ServerAct.SEE_PEOPLE: ServerRole.MODERATOR,
    ServerAct.SEE_REPORTS: ServerRole.MODERATOR,
    ServerAct.JUDGE_REPORT: ServerRole.MODERATOR,
    ServerAct.DISABLE: ServerRole.MODERATOR,
    ServerAct.MAKE_PERSON: ServerRole.ADMINISTRATOR,
    ServerAct.INVITE: ServerRole.ADMINISTRATOR,
    ServerAct.RENAME: ServerRole.ADMINISTRATOR,
    ServerAct.RESET_PASSWORD: ServerRole.ADMINISTRATOR,
    ServerAct.DELETE_PERSON: ServerRole.ADMINISTRATOR,
    ServerAct.SEE_DEVICES: ServerRole.ADMINISTRATOR,
    ServerAct.SET_ROLE: ServerRole.ADMINISTRATOR,
    ServerAct.SEE_GROUPS: ServerRole.MODERATOR,
    ServerAct.RUN_GROUPS: ServerRole.ADMINISTRATOR,
    ServerAct.ANNOUNCE: ServerRole.ADMINISTRATOR,
    ServerAct.SET_REGISTRATION: ServerRole.ADMINISTRATOR,
    ServerAct.SEE_SERVER: ServerRole.ADMINISTRATOR,
    ServerAct.SEE_AUDIT: ServerRole.ADMINISTRATOR,
    ServerAct.HOLD: ServerRole.ADMINISTRATOR,
    ServerAct.SET_RETENTION: ServerRole.ADMINISTRATOR,
    ServerAct.EXPORT_OTHERS: ServerRole.OWNER,
}
"""By act: the least role that may do it."""


def ask(actor: User, act: ServerAct, whose: User | None = None) -> None:
    """
    May this user do this?

    @param whose: the user whom the act is about; None: nobody.
    @raise NotAdministrator: the actor's role is too low for the act.
    @raise NotPermitted: C{whose} has the actor's role, or a higher one. An owner may act on everybody.
    """
    if actor.role < SERVER_NEEDS[act]:
        raise NotAdministrator
    if whose is not None and actor.role is not ServerRole.OWNER and whose.role >= actor.role:
        raise NotPermitted


def ask_role(actor: User, whose: User, role: ServerRole) -> None:
    """
    May this user give somebody this role? It has to be lower than the actor's own; only an owner makes owners.

    @raise Refused: see L{ask}.
    """
    ask(actor, ServerAct.SET_ROLE, whose)
    if actor.role is not ServerRole.OWNER and role >= actor.role:
        raise NotPermitted
