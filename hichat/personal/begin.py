"""What an export reads at its begin, in one transaction: all but messages and files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from msgspec import UNSET
from sqlalchemy import Connection, select

from hichat import __version__
from hichat.accounts import app_secrets, bot_owners, bot_tokens, sessions, users
from hichat.accounts import devices as devices_of
from hichat.accounts.bot_owners import OwnedBot
from hichat.accounts.conversation_settings import Setting
from hichat.accounts.saved_messages import SAVED_LIMIT, saved_by
from hichat.accounts.users import User
from hichat.commands import reminders
from hichat.contacts import contacts
from hichat.conversations import catchup
from hichat.core.events import MAX_SAFE_INTEGER, Scope
from hichat.groups import queries
from hichat.hooks.outgoing.records import hooks_owned
from hichat.log import reading
from hichat.mail import addresses
from hichat.media.records import batched
from hichat.personal import shapes
from hichat.reports import records as reports
from hichat.reports.copies import MessageCopy
from hichat.reports.records import FiledReport
from hichat.signin import passkeys, remembered
from hichat.signin.openid import identities
from hichat.storage.tables import conversation_settings, conversations, groups

_AT_ONCE = 500

_NO_END = 2**40
"""Seconds: a session counts as long as its device may be signed in with it."""


class ReadablePlace(NamedTuple):
    """
    A conversation of the person.

    @ivar target: the other user's id, the group's, or 0.
    @ivar name: that of the other user or the group; empty: the account was deleted.
    @ivar spans: the first and last positions of the spans that the person may see.
    """

    id: int
    scope: int
    target: int
    name: str
    spans: list[tuple[int, int]]


class Begun(NamedTuple):
    """
    All that was read.

    @ivar saved: the positions of the saved messages, those that were saved last first.
    """

    person: shapes.ExportedPerson
    places: list[ReadablePlace]
    saved: list[int]


def begin(connection: Connection, user_id: int, made: int) -> Begun:
    """
    @param made: the time, in milliseconds since the epoch.
    @raise NoSuchUser: there is no such user.
    """
    user = users.get(connection, user_id)
    places = _places(connection, user_id)
    person = shapes.ExportedPerson(
        format=shapes.EXPORT_FORMAT,
        server=f"HiChat {__version__}",
        made=made,
        position=reading.head(connection),
        profile=_profile(user),
        verifiedAddress=_address(connection, user_id),
        devices=_devices(connection, user, made),
        passkeys=[
            shapes.ExportedPasskey(name=each.name, created=each.made_at, used=each.used_at)
            for each in passkeys.of_user(connection, user_id)
        ],
        appPasswords=[
            shapes.ExportedAppPassword(name=each.name, created=each.created_at, used=each.used_at)
            for each in app_secrets.of_user(connection, user_id)
        ],
        bots=[_bot(connection, each) for each in bot_owners.of_owner(connection, user_id)],
        identities=[
            shapes.ExportedIdentity(
                issuer=each.issuer, subject=each.subject, name=each.label, linked=each.made_at, used=each.used_at
            )
            for each in identities.of_user(connection, user_id)
        ],
        contacts=[
            shapes.ExportedContact(**_name(each.user), since=each.since, remark=each.remark)
            for each in contacts.listed(connection, user_id, contacts.START, contacts.CONTACTS_LIMIT)
        ],
        requests=_requests(connection, user_id),
        blocks=[
            shapes.ExportedBlock(**_name(each.user), since=each.since)
            for each in contacts.blocks_of(connection, user_id, contacts.START, contacts.CONTACTS_LIMIT)
        ],
        groups=_groups(connection, user_id, places),
        settings=_settings(connection, user_id),
        reports=[_report(each) for each in reports.made_by(connection, user_id)],
        hooks=[
            shapes.ExportedHook(name=each.name, url=each.url, created=each.created_at)
            for each in hooks_owned(connection, user_id)
        ],
        reminders=[
            shapes.ExportedReminder(due=each.at, text=each.text) for each in reminders.of_user(connection, user_id)
        ],
    )
    saved = [each.position for each in saved_by(connection, user_id, MAX_SAFE_INTEGER, SAVED_LIMIT)]
    return Begun(person, places, saved)


def _bot(connection: Connection, owned: OwnedBot) -> shapes.ExportedBot:
    bot = users.get(connection, owned.bot)
    return shapes.ExportedBot(
        name=bot.name,
        displayName=bot.display_name,
        created=bot.created_at,
        tokens=[
            shapes.ExportedAppPassword(name=each.name, created=each.created_at, used=each.used_at)
            for each in bot_tokens.of_bot(connection, bot.id)
        ],
    )


def _places(connection: Connection, user_id: int) -> list[ReadablePlace]:
    spans = catchup.spans(connection, user_id)
    found: list[tuple[int, int, int]] = []
    for ids in batched(sorted(spans), _AT_ONCE):
        row = conversations.c
        query = select(row.id, row.scope, row.first, row.second).where(row.id.in_(ids))
        for id, scope, first, second in connection.execute(query):
            other = second if scope == Scope.USER and first == user_id else first
            found.append((id, scope, other))
    names = _names_of(connection, [target for _, scope, target in found if scope == Scope.USER])
    named = _groups_called(connection, [target for _, scope, target in found if scope == Scope.GROUP])
    return [
        ReadablePlace(id, scope, target, (names if scope == Scope.USER else named).get(target, ""), sorted(spans[id]))
        for id, scope, target in sorted(found, key=lambda each: each[1:])
    ]


def _names_of(connection: Connection, ids: Sequence[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for some in batched(ids, _AT_ONCE):
        known = users.find_many(connection, some)
        found.update((id, user.display_name) for id, user in known.items() if user is not None)
    return found


def _groups_called(connection: Connection, ids: Sequence[int]) -> dict[int, str]:
    """@return: the names of groups, also of those that were dissolved."""
    found: dict[int, str] = {}
    for some in batched(ids, _AT_ONCE):
        found.update((id, name) for id, name in connection.execute(_CALLED.where(groups.c.id.in_(some))))
    return found


_CALLED = select(groups.c.id, groups.c.name)


def _groups(connection: Connection, user_id: int, places: Sequence[ReadablePlace]) -> list[shapes.ExportedGroup]:
    joined = queries.views(connection, user_id, queries.joined(connection, user_id))
    found = {
        each.group.id: shapes.ExportedGroup(
            id=each.group.id, name=each.group.name, description=each.group.description, role=each.role or UNSET
        )
        for each in joined
    }
    for place in places:
        if place.scope == Scope.GROUP and place.target not in found:
            found[place.target] = shapes.ExportedGroup(id=place.target, name=place.name, description="")
    return sorted(found.values(), key=lambda group: group.id)


def _name(user: User) -> dict[str, Any]:
    return {"id": user.id, "name": user.name, "displayName": user.display_name}


def _profile(user: User) -> shapes.ExportedProfile:
    return shapes.ExportedProfile(
        **_name(user),
        avatar=user.avatar,
        gender=user.gender,
        phone=user.phone,
        email=user.email,
        bio=user.bio,
        away=UNSET if user.away is None else user.away,
        administrator=user.administrator,
        created=user.created_at,
        changed=user.updated_at,
        login=UNSET if user.login_at is None else user.login_at,
        address=user.client_ip,
    )


def _address(connection: Connection, user_id: int) -> shapes.ExportedAddress | None:
    found = addresses.verified(connection, user_id)
    if found is None:
        return None
    return shapes.ExportedAddress(address=found.address, language=found.language, verified=found.since)


def _devices(connection: Connection, user: User, now: int) -> list[shapes.ExportedDevice]:
    live = {each.device: each for each in sessions.of_user(connection, user.id, now, _NO_END)}
    known = {each.device: each for each in remembered.of_user(connection, user, now)}
    return [
        shapes.ExportedDevice(
            id=each.id,
            name=each.name,
            dialect=each.dialect,
            created=each.created_at,
            used=live[each.id].used_at if each.id in live else 0,
            address=live[each.id].client_ip if each.id in live else "",
            revoked=UNSET if each.revoked_at is None else each.revoked_at,
            remembered=known[each.id].made_at if each.id in known else UNSET,
            rememberedUntil=known[each.id].until if each.id in known else UNSET,
        )
        for each in devices_of.of_user(connection, user.id)
    ]


def _requests(connection: Connection, user_id: int) -> list[shapes.ExportedRequest]:
    own = contacts.requests_of(connection, user_id, contacts.START, contacts.CONTACTS_LIMIT)
    others = contacts.requests_to(connection, user_id, contacts.START, contacts.CONTACTS_LIMIT)
    return [
        shapes.ExportedRequest(**_name(each.user), since=each.since, greeting=each.greeting, own=is_own)
        for found, is_own in ((own, True), (others, False))
        for each in found
    ]


def _settings(connection: Connection, user_id: int) -> list[shapes.ExportedSetting]:
    row = conversation_settings.c
    query = select(*(row[name] for name in Setting.__struct_fields__)).where(row.user_id == user_id)
    found = [Setting(*each) for each in connection.execute(query.order_by(row.scope, row.target))]
    return [
        shapes.ExportedSetting(
            user=each.target if each.scope == Scope.USER else UNSET,
            group=each.target if each.scope == Scope.GROUP else UNSET,
            pinned=bool(each.pinned),
            notify="none" if each.muted else "mentions" if each.mentions_only else "all",
            mutedUntil=each.muted_until,
            archived=each.archived > 0,
            hidden=each.hidden > 0,
        )
        for each in found
    ]


def _report(report: FiledReport) -> shapes.ExportedReport:
    copy = report.copy
    made = shapes.ExportedReport(
        id=report.id,
        created=report.created_at,
        reason=report.reason,
        text=report.text,
        closed=UNSET if report.closed_at is None else report.closed_at,
    )
    if isinstance(copy, MessageCopy):
        made.message = shapes.ExportedReportedMessage(
            id=copy.id,
            author=copy.author,
            name=copy.name,
            time=copy.time,
            text=copy.text,
            format=copy.format or UNSET,
            files=copy.files,
            group=copy.group or UNSET,
            groupName=copy.group_name or UNSET,
            user=copy.user or UNSET,
            edited=copy.edited or UNSET,
        )
    else:
        made.person = shapes.ExportedReportedPerson(
            id=copy.id, name=copy.name, displayName=copy.display_name, bio=copy.bio
        )
    return made
