"""All operations of the v2 HTTP API, in the order in which its document and its page show them."""

from __future__ import annotations

from hichat.web.api import (
    accounts,
    admin,
    announcements,
    contacts,
    conversations,
    groups,
    media,
    personal,
    registration,
    reports,
    saved,
    search,
    server,
)
from hichat.web.api.operation import Operation, Section

SECTIONS: tuple[Section, ...] = (
    accounts.SECTION,
    contacts.SECTION,
    conversations.SECTION,
    saved.SECTION,
    groups.SECTION,
    media.SECTION,
    search.SECTION,
    personal.SECTION,
    reports.SECTION,
    registration.SECTION,
    announcements.SECTION,
    server.SECTION,
    admin.SECTION,
)

OPERATIONS: tuple[Operation, ...] = tuple(operation for section in SECTIONS for operation in section.operations)
