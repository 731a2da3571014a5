"""
Rights in a group: may this user do this, to that subject, in this group?

A change asks once, in its transaction, before it writes anything: L{GroupRights.ask}. What each act needs is one line
of L{GROUP_NEEDS}. What is bounded, such as a group's size, is a need as well: see L{GroupLimits}.

Messages in a group are no acts here. See L{hichat.pipeline.ledger.rights}, also for where other rights are decided.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum, auto
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Table, func, select

from hichat.accounts import guests, users
from hichat.accounts.names import is_free
from hichat.contacts.rights import has_blocked
from hichat.core.errors import (
    AlreadyAMember,
    AlreadyInvited,
    AlreadyOwner,
    AlreadyRequested,
    ApprovalRequired,
    AskedTooOften,
    Banned,
    Blocked,
    Disabled,
    GroupArchived,
    GroupFull,
    GuestsMayNot,
    InviteOnly,
    Muted,
    NameTaken,
    NoSuchGroup,
    NoSuchInvitation,
    NoSuchMember,
    NoSuchRequest,
    NoSuchUser,
    NotAMember,
    NotArchived,
    NotBanned,
    NotMuted,
    NotPermitted,
    OwnerCannotLeave,
    OwnerNotLost,
    Refused,
    TooManyGroups,
    TooManyPending,
    Unauthorized,
    UserBanned,
)
from hichat.core.events import Role
from hichat.core.rights import Need, check
from hichat.groups import queries
from hichat.groups.queries import ADMINS, CURRENT, DEFAULTS, Change, Group, GroupLimits
from hichat.storage.tables import bans, candidates, groups, members, mutes

MEETINGS_LIMIT = 50
"""Requests, invitations, and refusals of them between one user and one group: each is in the user's way for ever."""


class GroupAct(Enum):
    """An act in a group. If it concerns the user alone, such as joining, the subject is the user."""

    CREATE = auto()
    JOIN = auto()
    JOIN_BY_LINK = auto()
    ASK = auto()
    """Ask to become a member, where somebody has to agree."""
    BE_ADDED = auto()
    """Become a member, whatever the group's rules are."""
    BRING = auto()
    """Make a bot of one's own a member."""
    LEAVE = auto()
    BE_TAKEN_OUT = auto()
    """Cease to be a member, whatever the role is."""

    INVITE = auto()
    INVITE_ASKER = auto()
    """Invite a user who has asked, which approves that request."""
    APPROVE = auto()
    DECLINE_REQUEST = auto()
    """Reject a request, or withdraw it."""
    DECLINE_INVITATION = auto()
    """Decline an invitation, or take it back."""

    SEE_MEMBERS = auto()
    SEE_CANDIDATES = auto()
    SEE_BANS = auto()
    SEE_LINKS = auto()
    MAKE_LINK = auto()
    REVOKE_LINK = auto()
    SEE_HOOKS = auto()
    MAKE_HOOK = auto()
    CHANGE_HOOK = auto()
    REMOVE_HOOK = auto()

    CALL = auto()
    """Call a command of a bot. Whoever may write may do so."""
    EDIT = auto()
    RUN_HOOKS = auto()
    """See, make and change the group's hooks."""
    PIN = auto()
    """Pin a message, or take that back."""
    REMOVE = auto()
    BAN = auto()
    UNBAN = auto()
    MUTE = auto()
    MUTE_ALL = auto()
    UNMUTE = auto()
    UNMUTE_ALL = auto()
    SET_ROLE = auto()
    """Make a member an admin, or an admin a plain member."""
    HAND_OVER = auto()
    """Make a member the owner."""
    INHERIT = auto()
    """The owner is going: make the heir the owner."""
    DISSOLVE = auto()

    TAKE_OVER = auto()
    """
    Make a member the owner, as the owner is lost. This and the next ones are for those who run the server, whose rights
    are in L{hichat.accounts.server_rights}; they need not be members.
    """
    END = auto()
    """Dissolve the group, whoever owns it."""
    ARCHIVE = auto()
    UNARCHIVE = auto()


class GroupRights:
    """
    The rights of a user in a group, and the facts that they depend on. A fact is read when a need asks for it.

    @param user: the user who wants to act.
    @param subject: the user whom the act is about; 0: nobody, or all members.
    @param now: milliseconds since the epoch.
    @param name: for a group that is to be made: its name.
    """

    def __init__(
        self,
        connection: Connection,
        group: int,
        user: int,
        subject: int = 0,
        now: int = 0,
        limits: GroupLimits = DEFAULTS,
        name: str = "",
    ) -> None:
        self._connection = connection
        self._group = group
        self._user = user
        self._subject = subject
        self._now = now
        self._limits = limits
        self._name = name

    @classmethod
    def of(cls, change: Change, name: str = "") -> GroupRights:
        """@return: the rights of an event's sender, about its subject."""
        draft = change.draft
        return cls(change.connection, draft.target, draft.sender, draft.subject, change.now, change.limits, name)

    def ask(self, act: GroupAct) -> GroupRights:
        """
        May the user do this?

        @return: itself.
        @raise Refused: no; the error is the reason.
        """
        check(self, GROUP_NEEDS[act])
        return self

    # The group

    @cached_property
    def found(self) -> Group | None:
        """The group; None: there is none."""
        return queries.find(self._connection, self._group)

    @property
    def group(self) -> Group:
        """
        The group.

        @raise NoSuchGroup: there is none.
        """
        if self.found is None:
            raise NoSuchGroup
        return self.found

    @property
    def is_full(self) -> bool:
        """Whether the group has as many members as it may have."""
        return self.group.size >= self._limits.size

    @property
    def is_crowded(self) -> bool:
        """Whether the group has as many candidates as it may have."""
        return self._count(candidates, candidates.c.group_id == self._group) >= self._limits.size

    @property
    def are_all_muted(self) -> bool:
        """Whether all members are muted but the owner and the admins."""
        return self.group.muted_until > self._now

    @property
    def may_speak(self) -> bool:
        """Whether no mute keeps the user, who is the subject too, from writing."""
        return self.looks_after or not (self.are_all_muted or self.is_muted)

    @property
    def is_archived(self) -> bool:
        """Whether the group can be read only."""
        return self.group.archived_at is not None

    @property
    def is_owner_lost(self) -> bool:
        """Whether the owner can look after the group no more: the account is disabled or gone."""
        owner = users.find(self._connection, self.group.owner_id)
        return owner is None or owner.disabled

    @cached_property
    def heir(self) -> int | None:
        """See L{queries.heir}."""
        return queries.heir(self._connection, self.group)

    @property
    def is_name_free(self) -> bool:
        """Whether a group may have the wanted name."""
        return is_free(self._connection, groups, self._name)

    # The user

    @cached_property
    def role(self) -> Role | None:
        """The user's role; None: the user is no member."""
        return queries.find_role(self._connection, self.group, self._user)

    @property
    def is_by_guest(self) -> bool:
        """Whether the user is a guest of the server."""
        return guests.is_guest(self._connection, self._user)

    @property
    def looks_after(self) -> bool:
        """Whether the user is the owner or an admin."""
        return self.role in ADMINS

    @property
    def approves(self) -> bool:
        """Whether the user, who invites the subject, thereby approves the subject's request."""
        return self.looks_after and self.has_asked

    @property
    def is_concerned(self) -> bool:
        """Whether the subject's request or invitation is the user's own, or was made by the user."""
        return self._user == self._subject or (self.is_invited and self._user == self._inviter)

    @property
    def is_above(self) -> bool:
        """Whether the user's role is above the subject's. The role of a user who is no member is below all."""
        ranks: dict[Role | None, int] = {"owner": 3, "admin": 2, "member": 1, None: 0}
        return ranks[self.role] > ranks[self.other_role]

    # The subject

    @cached_property
    def other_role(self) -> Role | None:
        """The subject's role; None: the subject is no member."""
        return queries.find_role(self._connection, self.group, self._subject)

    @property
    def exists(self) -> bool:
        """Whether the subject has an account."""
        return users.find(self._connection, self._subject) is not None

    @property
    def is_seen(self) -> bool:
        """Whether the subject has an account, which the user, if a guest of the server, sees or has to do with here."""
        if not self.exists:
            return False
        return self._candidate is not None or guests.sees(self._connection, self._user, self._subject)

    @property
    def is_enabled(self) -> bool:
        """Whether the subject can log in."""
        found = users.find(self._connection, self._subject)
        return found is not None and not found.disabled

    @property
    def is_banned(self) -> bool:
        """Whether the subject may not become a member."""
        return self._row(bans) is not None

    @property
    def is_muted(self) -> bool:
        """Whether the subject is muted, as one member."""
        mute = self._row(mutes)
        return mute is not None and mute.until > self._now

    @property
    def is_guest(self) -> bool:
        """Whether the subject is a guest of the server."""
        return guests.is_guest(self._connection, self._subject)

    @property
    def has_blocked(self) -> bool:
        """Whether the subject has blocked the user."""
        return has_blocked(self._connection, self._subject, self._user)

    @property
    def has_asked(self) -> bool:
        """Whether the subject has asked to become a member."""
        return self._candidate is not None and self._candidate.invited_by is None

    @property
    def is_invited(self) -> bool:
        """Whether somebody has invited the subject."""
        return self._candidate is not None and self._candidate.invited_by is not None

    @cached_property
    def is_welcome(self) -> bool:
        """
        Whether the subject was invited by somebody who could do that now as well. The group may have been open then,
        or the one who has invited was an admin then: neither lets anybody in for ever.
        """
        if self._inviter is None:
            return False
        return (
            self.group.join_policy == "open" or queries.find_role(self._connection, self.group, self._inviter) in ADMINS
        )

    @property
    def needs_approval(self) -> bool:
        """Whether somebody has to agree before the subject becomes a member."""
        return self.group.join_policy == "approval" and not self.is_welcome

    @property
    def needs_invitation(self) -> bool:
        """Whether the subject becomes a member by an invitation only, and has none."""
        return self.group.join_policy == "invite" and not self.is_welcome

    @property
    def has_met_often(self) -> bool:
        """Whether the subject has met the group as often as may be; see L{MEETINGS_LIMIT}."""
        row = members.c
        met = self._count(members, row.group_id == self._group, row.user_id == self._subject, row.since == row.until)
        return met >= MEETINGS_LIMIT

    @property
    def owns_enough(self) -> bool:
        """Whether the subject is the owner of as many groups as may be."""
        owned = self._count(groups, groups.c.owner_id == self._subject, groups.c.deleted_at.is_(None))
        return owned >= self._limits.owned

    @property
    def is_in_enough(self) -> bool:
        """
        Whether the subject is in as many groups as may be. Those that the subject has asked for count as well: else
        one could ask everywhere.
        """
        inside = self._count(members, members.c.user_id == self._subject, CURRENT)
        row = candidates.c
        elsewhere = (row.user_id == self._subject, row.invited_by.is_(None), row.group_id != self._group)
        return inside + self._count(candidates, *elsewhere) >= self._limits.joined

    @cached_property
    def _candidate(self) -> Row[Any] | None:
        return self._row(candidates)

    @property
    def _inviter(self) -> int | None:
        return None if self._candidate is None else self._candidate.invited_by

    def _row(self, table: Table) -> Row[Any] | None:
        """@return: the row about the subject in the group."""
        where = (table.c.group_id == self._group, table.c.user_id == self._subject)
        return self._connection.execute(select(table).where(*where)).first()

    def _count(self, table: Table, *conditions: ColumnElement[bool]) -> int:
        return self._connection.scalar(select(func.count()).select_from(table).where(*conditions)) or 0


def _need(is_met: Callable[[GroupRights], bool], refusal: type[Refused]) -> Need[GroupRights]:
    return Need(is_met, refusal)


# Needs that several acts have: first the user's role, then the subject's state, then what is bounded.

_FOUND = _need(lambda case: case.found is not None, NoSuchGroup)
_OPEN = _need(lambda case: not case.is_archived, GroupArchived)
_BY_MEMBER = (_FOUND, _need(lambda case: case.role is not None, NotAMember))
_BY_ADMIN = (*_BY_MEMBER, _need(lambda case: case.looks_after, NotPermitted))
_BY_OWNER = (*_BY_MEMBER, _need(lambda case: case.role == "owner", NotPermitted))
_BY_CONCERNED = (
    _FOUND,
    _need(lambda case: case.is_concerned or case.role is not None, NotAMember),
    _need(lambda case: case.is_concerned or case.looks_after, NotPermitted),
)
"""By the subject, by the one who has invited the subject, or by the owner and the admins."""

_ABOVE_SUBJECT = _need(lambda case: case.is_above, NotPermitted)
_SUBJECT_INSIDE = _need(lambda case: case.other_role is not None, NoSuchMember)
_SUBJECT_OUTSIDE = _need(lambda case: case.other_role is None, AlreadyAMember)
_SUBJECT_EXISTS = _need(lambda case: case.exists, NoSuchUser)
_SUBJECT_SEEN = _need(lambda case: case.is_seen, NoSuchUser)
_SUBJECT_HAS_ASKED = _need(lambda case: case.has_asked, NoSuchRequest)

_FEW_OWNED = _need(lambda case: not case.owns_enough, TooManyGroups)
_FEW_JOINED = _need(lambda case: not case.is_in_enough, TooManyGroups)
_ROOM = (_need(lambda case: not case.is_full, GroupFull), _FEW_JOINED)
_ROOM_TO_WAIT = (
    _need(lambda case: not case.has_met_often, AskedTooOften),
    _need(lambda case: not case.is_crowded, TooManyPending),
)

# The subject of these is the user, whose account may be gone by now.
_USER = _need(lambda case: case.exists, Unauthorized)
_TO_COME = (_FOUND, _USER, _SUBJECT_OUTSIDE)
_TO_ASK = (*_TO_COME, _OPEN, _need(lambda case: not case.is_banned, Banned))
_NOT_BY_GUEST = _need(lambda case: not case.is_by_guest, GuestsMayNot)
_TO_INVITE = (
    *_BY_MEMBER,
    _NOT_BY_GUEST,
    _need(lambda case: case.looks_after or case.group.join_policy == "open", NotPermitted),
    _OPEN,
    _SUBJECT_EXISTS,
    _SUBJECT_OUTSIDE,
    _need(lambda case: not case.is_banned, UserBanned),
    _need(lambda case: not case.has_blocked, Blocked),
    _need(lambda case: not case.is_welcome, AlreadyInvited),
)
_TO_GIVE = (*_BY_OWNER, _SUBJECT_INSIDE, _need(lambda case: case.other_role != "owner", AlreadyOwner))

GROUP_NEEDS: Mapping[GroupAct, tuple[Need[GroupRights], ...]] = {
    GroupAct.CREATE: (_USER, _NOT_BY_GUEST, _need(lambda case: case.is_name_free, NameTaken), _FEW_OWNED, _FEW_JOINED),
    GroupAct.JOIN: (
        *_TO_ASK,
        _need(lambda case: case.is_welcome or not case.is_guest, InviteOnly),
        _need(lambda case: not case.needs_approval, ApprovalRequired),
        _need(lambda case: not case.needs_invitation, InviteOnly),
        *_ROOM,
    ),
    GroupAct.JOIN_BY_LINK: (*_TO_ASK, *_ROOM),
    GroupAct.ASK: (
        *_TO_ASK,
        _need(lambda case: not case.is_guest, InviteOnly),
        _need(lambda case: not case.has_asked, AlreadyRequested),
        _FEW_JOINED,
        *_ROOM_TO_WAIT,
    ),
    GroupAct.BE_ADDED: (*_TO_COME, *_ROOM),
    GroupAct.BRING: (
        *_BY_ADMIN,
        _NOT_BY_GUEST,
        _OPEN,
        _SUBJECT_EXISTS,
        _SUBJECT_OUTSIDE,
        _need(lambda case: not case.is_banned, UserBanned),
        *_ROOM,
    ),
    GroupAct.LEAVE: (*_BY_MEMBER, _need(lambda case: case.role != "owner", OwnerCannotLeave)),
    GroupAct.BE_TAKEN_OUT: (_FOUND, _need(lambda case: case.other_role is not None, NotAMember)),
    GroupAct.INVITE: (*_TO_INVITE, *_ROOM_TO_WAIT),
    GroupAct.INVITE_ASKER: (*_TO_INVITE, *_ROOM),
    GroupAct.APPROVE: (*_BY_ADMIN, _OPEN, _SUBJECT_HAS_ASKED, *_TO_COME, *_ROOM),
    GroupAct.DECLINE_REQUEST: (*_BY_CONCERNED, _SUBJECT_HAS_ASKED),
    GroupAct.DECLINE_INVITATION: (*_BY_CONCERNED, _need(lambda case: case.is_invited, NoSuchInvitation)),
    GroupAct.SEE_MEMBERS: _BY_MEMBER,
    GroupAct.SEE_CANDIDATES: _BY_ADMIN,
    GroupAct.SEE_BANS: _BY_ADMIN,
    GroupAct.SEE_LINKS: _BY_ADMIN,
    GroupAct.MAKE_LINK: (*_BY_ADMIN, _NOT_BY_GUEST, _OPEN),
    GroupAct.REVOKE_LINK: _BY_ADMIN,
    GroupAct.SEE_HOOKS: _BY_ADMIN,
    GroupAct.MAKE_HOOK: (*_BY_ADMIN, _NOT_BY_GUEST, _OPEN),
    GroupAct.CHANGE_HOOK: (*_BY_ADMIN, _NOT_BY_GUEST),
    GroupAct.REMOVE_HOOK: _BY_ADMIN,
    GroupAct.CALL: (*_BY_MEMBER, _OPEN, _need(lambda case: case.may_speak, Muted)),
    GroupAct.EDIT: (*_BY_ADMIN, _OPEN),
    GroupAct.RUN_HOOKS: _BY_ADMIN,
    GroupAct.PIN: (*_BY_ADMIN, _OPEN),
    GroupAct.REMOVE: (*_BY_ADMIN, _SUBJECT_INSIDE, _ABOVE_SUBJECT),
    GroupAct.BAN: (*_BY_ADMIN, _SUBJECT_SEEN, _ABOVE_SUBJECT, _need(lambda case: not case.is_banned, UserBanned)),
    GroupAct.UNBAN: (*_BY_ADMIN, _need(lambda case: case.is_banned, NotBanned)),
    GroupAct.MUTE: (*_BY_ADMIN, _SUBJECT_INSIDE, _ABOVE_SUBJECT),
    GroupAct.MUTE_ALL: _BY_ADMIN,
    GroupAct.UNMUTE: (*_BY_ADMIN, _ABOVE_SUBJECT, _need(lambda case: case.is_muted, NotMuted)),
    GroupAct.UNMUTE_ALL: (*_BY_ADMIN, _need(lambda case: case.are_all_muted, NotMuted)),
    GroupAct.SET_ROLE: _TO_GIVE,
    GroupAct.HAND_OVER: (*_TO_GIVE, _FEW_OWNED),
    GroupAct.INHERIT: (*_BY_OWNER, _need(lambda case: case.heir is not None, NoSuchMember)),
    GroupAct.DISSOLVE: _BY_OWNER,
    GroupAct.TAKE_OVER: (
        _FOUND,
        _need(lambda case: case.is_owner_lost, OwnerNotLost),
        _SUBJECT_INSIDE,
        _need(lambda case: case.is_enabled, Disabled),
        _FEW_OWNED,
    ),
    GroupAct.END: (_FOUND,),
    GroupAct.ARCHIVE: (_FOUND, _OPEN),
    GroupAct.UNARCHIVE: (_FOUND, _need(lambda case: case.is_archived, NotArchived)),
}
"""By act: what it needs, in the order in which it is asked; the first need that is not met is the answer."""
