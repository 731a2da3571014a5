"""
Rights in the server: may this user do something that only some roles may?

An operation asks before it does anything: L{ask}; and again in the transaction of its change: L{ask_now}, L{asking}.
The least role for each act is one line of L{SERVER_NEEDS}. An
administrator is no reader of private chats: no act shows messages of conversations that the user is not in, but for a
message that somebody has reported.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection

from hichat.accounts import users
from hichat.accounts.roles import ServerRole
from hichat.accounts.users import User
from hichat.core.errors import NotAdministrator, NotPermitted, Unauthorized

P = ParamSpec("P")
T = TypeVar("T")

RightsCheck = Callable[[Connection], object]
"""Checks in the transaction of a change that it may still be made; raises L{Refused}."""


def no_check(connection: Connection) -> None:
    """Nothing is to be checked: an operator makes the change, or the user."""


def checked(
    check: RightsCheck, change: Callable[Concatenate[Connection, P], T]
) -> Callable[Concatenate[Connection, P], T]:
    """@return: the change, after the check."""

    @wraps(change)
    def checking(connection: Connection, /, *args: P.args, **kwargs: P.kwargs) -> T:
        check(connection)
        return change(connection, *args, **kwargs)

    return checking


class ServerAct(Enum):
    """An act that concerns the server, or other people in it; with the words of the handbook for it."""

    SEE_PEOPLE = "list people, and see what is known of each"
    SEE_REPORTS = "see what people have reported, and the reported messages"
    JUDGE_REPORT = "close a report; take a reported message back"
    DISABLE = "disable and enable an account; sign somebody out everywhere"
    SEE_GROUPS = "list groups, with their owners and sizes"
    MAKE_PERSON = "make an account"
    INVITE = "make and revoke invite codes"
    RENAME = "give somebody another name"
    RESET_PASSWORD = "let somebody set a new password"  # noqa: S105
    DELETE_PERSON = "delete an account"
    SEE_DEVICES = "see what somebody signs in with, and revoke it"
    SET_ROLE = "give somebody a role below one's own; only an owner makes administrators and owners"
    RUN_GROUPS = "give a group another owner; dissolve or archive it"
    ANNOUNCE = "write to everyone"
    SET_REGISTRATION = "say who may make an account"
    SEE_SERVER = "see the daemons, who is online, the storage, the settings"
    SEE_AUDIT = "read the audit log"
    HOLD = "keep messages that would be deleted"
    SET_RETENTION = "say how long messages are kept"
    RUN_BOTS = "see everybody's bots, rename and delete them, revoke their tokens; make bots of the server"
    EXPORT_OTHERS = "export what there is of somebody else"


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
    ServerAct.RUN_BOTS: ServerRole.ADMINISTRATOR,
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


def ask_now(connection: Connection, actor: User, act: ServerAct) -> User:
    """
    As L{ask}, by the role that the actor has now: in the transaction of a change, as it may have changed meanwhile.

    @param actor: the user as authenticated.
    @return: the actor as of now.
    @raise Unauthorized: the actor's tokens were voided since, as when the account is disabled, or it was deleted.
    """
    current = users.find(connection, actor.id)
    if current is None or current.generation != actor.generation:
        raise Unauthorized
    current = current.by_app_password(actor.app_password)
    ask(current, act)
    return current


def asking(actor: User, act: ServerAct) -> RightsCheck:
    """@return: what asks so in the transaction of a change; see L{ask_now}."""
    return lambda connection: ask_now(connection, actor, act)


def ask_again(connection: Connection, actor: User, act: ServerAct, whose: int) -> User:
    """
    As L{ask_now}, also about the role that C{whose} has now.

    @param whose: the id of the user whom the act is about.
    @return: that user.
    @raise NoSuchUser: there is nobody with this id.
    """
    current = ask_now(connection, actor, act)
    found = users.get(connection, whose)
    ask(current, act, found)
    return found


def ask_role(actor: User, whose: User, role: ServerRole) -> None:
    """
    May this user give somebody this role? It has to be lower than the actor's own; only an owner makes owners.

    @raise Refused: see L{ask}.
    """
    ask(actor, ServerAct.SET_ROLE, whose)
    if actor.role is not ServerRole.OWNER and role >= actor.role:
        raise NotPermitted
