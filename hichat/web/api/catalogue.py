"""All operations of the v2 HTTP API, in the order in which its document and its page show them."""

from __future__ import annotations

from hichat.web.api import (
    accounts,
    admin,
    admin_groups,
    admin_people,
    announcements,
    app_passwords,
    commands,
    contacts,
    conversations,
    device_flow,
    factors,
    groups,
    identities,
    keeping,
    media,
    messages,
    own_address,
    own_sessions,
    passkeys,
    personal,
    registration,
    reports,
    saved,
    search,
    server,
    signing_in,
)
from hichat.web.api.operation import Operation, Section

SECTIONS: tuple[Section, ...] = (
    accounts.SECTION,
    signing_in.SECTION,
    own_sessions.SECTION,
    factors.SECTION,
    passkeys.SECTION,
    app_passwords.SECTION,
    device_flow.SECTION,
    identities.SECTION,
    contacts.SECTION,
    conversations.SECTION,
    commands.SECTION,
    messages.SECTION,
    saved.SECTION,
    groups.SECTION,
    media.SECTION,
    search.SECTION,
    own_address.SECTION,
    personal.SECTION,
    reports.SECTION,
    admin_people.SECTION,
    admin_groups.SECTION,
    registration.SECTION,
    announcements.SECTION,
    keeping.SECTION,
    server.SECTION,
    admin.SECTION,
)

OPERATIONS: tuple[Operation, ...] = tuple(operation for section in SECTIONS for operation in section.operations)
