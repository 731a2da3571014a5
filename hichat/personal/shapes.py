"""The JSON in an export: C{schema.json} is made from these structs."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from hichat.wire.frames import Folded

EXPORT_FORMAT = 1
"""The number of the form. New fields do not change it."""


class ExportedName(msgspec.Struct, kw_only=True):
    """
    Another user.

    @ivar name: empty if the account was deleted.
    """

    id: int
    name: str
    displayName: str  # noqa: N815


class ExportedProfile(ExportedName, kw_only=True):
    """
    The profile.

    @ivar login: the last log-in; absent: there was none. Times are milliseconds since the epoch.
    @ivar address: the address of the last log-in.
    @ivar avatar: the address of the picture; one that was uploaded is among the files.
    @ivar away: what the user says about being away; absent: the user is not away.
    """

    avatar: str
    gender: str
    phone: str
    email: str
    bio: str
    administrator: bool
    created: int
    changed: int
    away: str | UnsetType = UNSET
    login: int | UnsetType = UNSET
    address: str = ""


class ExportedAddress(msgspec.Struct, kw_only=True):
    """
    The verified e-mail address.

    @ivar language: of the mails there.
    @ivar verified: since when it is verified.
    """

    address: str
    language: str
    verified: int


class ExportedDevice(msgspec.Struct, kw_only=True):
    """
    A device.

    @ivar used: when it was used last; 0: it is not known.
    @ivar address: from where.
    @ivar revoked: when it was revoked; absent: it was not.
    @ivar remembered: since when it is asked for no second factor; absent: it is asked.
    @ivar rememberedUntil: until when.
    """

    id: int
    name: str
    dialect: str
    created: int
    used: int = 0
    address: str = ""
    revoked: int | UnsetType = UNSET
    remembered: int | UnsetType = UNSET
    rememberedUntil: int | UnsetType = UNSET  # noqa: N815


class ExportedPasskey(msgspec.Struct, kw_only=True):
    """
    A passkey.

    @ivar name: your own name for it.
    @ivar used: when it was used last; 0: never.
    """

    name: str
    created: int
    used: int = 0


class ExportedAppPassword(msgspec.Struct, kw_only=True):
    """
    An app password.

    @ivar name: your own name for it.
    @ivar used: when it was used last; 0: never.
    """

    name: str
    created: int
    used: int = 0


class ExportedHook(msgspec.Struct, kw_only=True):
    """
    An outgoing hook that has your rights.

    @ivar url: where it sends events.
    """

    name: str
    url: str
    created: int


class ExportedReminder(msgspec.Struct, kw_only=True):
    """
    What you want to be reminded of.

    @ivar due: when.
    """

    due: int
    text: str


class ExportedBot(msgspec.Struct, kw_only=True):
    """
    A bot of yours.

    @ivar name: the name of its account.
    @ivar displayName: the name that people see.
    @ivar tokens: its tokens; what they are is nowhere.
    """

    name: str
    displayName: str  # noqa: N815
    created: int
    tokens: list[ExportedAppPassword]


class ExportedIdentity(msgspec.Struct, kw_only=True):
    """
    Your account at a provider of single sign-on.

    @ivar issuer: the provider.
    @ivar subject: what the provider knows you by.
    @ivar name: what the provider called you the last time.
    @ivar linked: since when you can log in with it.
    @ivar used: when it was used last; 0: never.
    """

    issuer: str
    subject: str
    name: str
    linked: int
    used: int = 0


class ExportedContact(ExportedName, kw_only=True):
    """
    A contact.

    @ivar remark: your own name for the contact.
    """

    since: int
    remark: str


class ExportedRequest(ExportedName, kw_only=True):
    """
    An open request to be a contact.

    @ivar own: whether it is yours; else it is the other's.
    """

    since: int
    greeting: str
    own: bool


class ExportedBlock(ExportedName, kw_only=True):
    """A blocked user."""

    since: int


class ExportedReportedMessage(msgspec.Struct, kw_only=True, omit_defaults=True):
    """
    A message that you have reported, as you saw it.

    @ivar author: the id of its author.
    @ivar name: the author's display name.
    @ivar files: the names of its files.
    @ivar group: the group's id; absent: it was in no group.
    @ivar user: the id of whom it was sent to, in a private chat.
    @ivar edited: when it was edited; absent: it was not.
    """

    id: int
    author: int
    name: str
    time: int
    text: str
    format: str | UnsetType = UNSET
    files: list[str] = []
    group: int | UnsetType = UNSET
    groupName: str | UnsetType = UNSET  # noqa: N815
    user: int | UnsetType = UNSET
    edited: int | UnsetType = UNSET


class ExportedReportedPerson(ExportedName, kw_only=True):
    """A user whom you have reported, as you saw the user."""

    bio: str


class ExportedReport(msgspec.Struct, kw_only=True, omit_defaults=True):
    """
    A report that you have made: of C{message}, or of C{person}.

    @ivar text: what you said about it.
    @ivar closed: when a moderator has closed it; absent: it is open.
    """

    id: int
    created: int
    reason: str
    text: str
    message: ExportedReportedMessage | UnsetType = UNSET
    person: ExportedReportedPerson | UnsetType = UNSET
    closed: int | UnsetType = UNSET


class ExportedGroup(msgspec.Struct, kw_only=True):
    """
    A group in which you are, or were.

    @ivar role: absent: you are no member now.
    """

    id: int
    name: str
    description: str
    role: str | UnsetType = UNSET


class ExportedSetting(msgspec.Struct, kw_only=True, omit_defaults=True):
    """
    Your settings for a conversation, which is that with C{user}, that of C{group}, or the announcements.

    @ivar notify: C{all}, C{mentions} or C{none}.
    """

    user: int | UnsetType = UNSET
    group: int | UnsetType = UNSET
    pinned: bool = False
    notify: str = "all"
    mutedUntil: int = 0  # noqa: N815
    archived: bool = False
    hidden: bool = False


class ExportedPerson(msgspec.Struct, kw_only=True):
    """
    C{person.json}: all but messages and files.

    @ivar format: the number of the form.
    @ivar made: when the export began, in milliseconds since the epoch, as all times.
    @ivar position: the position of the log up to which messages are in it.
    @ivar verifiedAddress: null: there is none.
    """

    format: int
    server: str
    made: int
    position: int
    profile: ExportedProfile
    verifiedAddress: ExportedAddress | None  # noqa: N815
    devices: list[ExportedDevice]
    passkeys: list[ExportedPasskey]
    appPasswords: list[ExportedAppPassword]  # noqa: N815
    bots: list[ExportedBot]
    identities: list[ExportedIdentity]
    contacts: list[ExportedContact]
    requests: list[ExportedRequest]
    blocks: list[ExportedBlock]
    groups: list[ExportedGroup]
    settings: list[ExportedSetting]
    reports: list[ExportedReport]
    hooks: list[ExportedHook]
    reminders: list[ExportedReminder]


class ExportedConversation(msgspec.Struct, kw_only=True, omit_defaults=True):
    """
    A line of C{conversations.jsonl}: a conversation with C{user}, of C{group}, or the announcements.

    @ivar name: of the other user or the group; empty: the account was deleted.
    @ivar folder: where its messages are: C{messages.jsonl}, each line a message in the form of the API's history, and
        pages for people.
    """

    user: int | UnsetType = UNSET
    group: int | UnsetType = UNSET
    name: str
    folder: str
    messages: int
    pages: int


class ExportedFile(msgspec.Struct, kw_only=True):
    """
    A line of C{files.jsonl}.

    @ivar id: the file's id, which is at the end of the C{url} of messages. Of a file from before files had ids, which
        only v1 has stored, its name; nobody knows whose it is.
    @ivar path: where it is in the ZIP; absent: the file is gone.
    @ivar type: its media type, by its content.
    @ivar own: whether you have uploaded it.
    """

    id: str
    name: str
    type: str
    size: int
    own: bool
    path: str | UnsetType = UNSET


_FILES = {
    "person.json": ExportedPerson,
    "conversations.jsonl": ExportedConversation,
    "messages.jsonl": Folded,
    "saved.jsonl": Folded,
    "files.jsonl": ExportedFile,
}


def schema() -> dict[str, Any]:
    """@return: the JSON Schema (2020-12) of all files; under C{files}, the one of each, or of each of its lines."""
    found, components = msgspec.json.schema_components(_FILES.values(), ref_template="#/$defs/{name}")
    for each in components.values():
        each.pop("additionalProperties", None)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "files": dict(zip(_FILES, found, strict=True)),
        "$defs": components,
    }
