"""What the store forgets of a user when the account is deleted: on both stores."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Boolean, LargeBinary, String, Table, func, insert, select

from hichat.storage.tables import metadata
from tests.personal.store_of_people import StoreOfPeople
from tests.support.postgres import server
from tests.support.scene import fixture_of

OWN = (
    "absences",
    "address_claims",
    "app_passwords",
    "bot_commands",
    "bot_tokens",
    "bots",
    "command_urls",
    "device_logins",
    "device_secrets",
    "identities",
    "mail_addresses",
    "mails",
    "outgoing_hooks",
    "passkey_handles",
    "passkeys",
    "password_resets",
    "provider_sessions",
    "recovery_codes",
    "remembered_devices",
    "reminders",
    "totp_keys",
)
"""
The tables that say how a user, or a device of the user, signs in; what the user wants to be told; and what only bots
have.
"""

OTHERS = {
    "bans": "stay: they are the group's",
    "blocks": "go: tests.social.test_contacts",
    "candidates": "go: they are left with an event",
    "contact_requests": "go: tests.social.test_contacts",
    "contacts": "go: tests.social.test_contacts",
    "conversation_settings": "go: tests.web.api.test_conversations",
    "devices": "stay without their names: tests.personal.test_erasing",
    "erasures": "come: they say what is still to be removed",
    "erasures_apart": "come: they say what is still to be removed",
    "groups": "get another owner",
    "incoming_hooks": "stay: they are the group's",
    "invite_links": "stay: they are the group's",
    "marks": "stay: they are of the log",
    "media": "go later: tests.personal.test_erasing",
    "members": "stay with their ends: they are of the log",
    "mutes": "stay: they are the group's; who is no member is not looked for",
    "saved_messages": "go: tests.web.api.test_saved",
    "sessions": "stay without an address, and void",
}
"""Other tables with rows of users, and what becomes of them."""


class Leaving(StoreOfPeople):
    def rows(self) -> dict[str, int]:
        """@return: how many rows each table has of Ann."""
        with self.store.transaction() as connection:
            return {
                table.name: connection.scalar(select(func.count()).select_from(table).where(column == value)) or 0
                for table, column, value in self.columns()
            }

    def columns(self) -> list[tuple[Table, Any, int]]:
        """@return: those tables, the column by which each knows them, and Ann's value."""
        found = [metadata.tables[name] for name in OWN]
        return [(table, table.c[name], value) for table in found for name, value in [self.owned_by(table)]]

    def owned_by(self, table: Table) -> tuple[str, int]:
        """@return: the column by which a table knows whose a row is, and Ann's value."""
        for name in ("user_id", "owner_id", "bot_id"):
            if name in table.c:
                return name, self.ann.id
        return "device_id", self.device

    def fill(self) -> None:
        """Put a row of Ann into each of these tables."""
        self.working.token("ann", "phone")
        with self.store.transaction() as connection:
            devices = metadata.tables["devices"]
            self.device = connection.scalars(select(devices.c.id).where(devices.c.user_id == self.ann.id)).one()
            for table, column, value in self.columns():
                owned = {"device_id": self.device, column.name: value}
                row = {each.name: owned.get(each.name, _some(each)) for each in table.c}
                connection.execute(insert(table).values(row))


def _some(column: Any) -> Any:
    if isinstance(column.type, Boolean):
        return False
    if isinstance(column.type, LargeBinary):
        return bytes(16)
    return "x" if isinstance(column.type, String) else 4711


class LeavingOnPostgreSQL(Leaving):
    def database(self) -> str:
        return server().make_database(self)


leaving = fixture_of(Leaving, LeavingOnPostgreSQL)


def test_each_table_is_told_of() -> None:
    """Whoever makes a table with rows of users says here what becomes of them."""
    found = {
        table.name
        for table in metadata.tables.values()
        for key in table.foreign_keys
        if key.target_fullname in ("users.id", "devices.id")
    }
    # It knows no user by a foreign key: at first there is none.
    assert {*found, "device_logins"} == {*OWN, *OTHERS}


async def test_a_command_deletes_all(leaving: Leaving, capsys: pytest.CaptureFixture[str]) -> None:
    """No row stays by which somebody could come in, or from which somebody could learn where the user came from."""
    leaving.fill()
    assert all(leaving.rows().values())
    leaving.working.delete("ann")
    assert {name: count for name, count in leaving.rows().items() if count} == {}
