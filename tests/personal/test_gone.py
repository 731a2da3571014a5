"""What the store forgets of how a user signs in, when the account is deleted: on both stores."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Boolean, LargeBinary, String, Table, func, insert, select

from hichat.storage.tables import metadata
from tests.personal.store_of_people import StoreOfPeople
from tests.support.postgres import server
from tests.support.scene import fixture_of

OWN = (
    "address_claims",
    "app_passwords",
    "device_logins",
    "device_secrets",
    "identities",
    "mail_addresses",
    "mails",
    "passkey_handles",
    "passkeys",
    "password_resets",
    "provider_sessions",
    "recovery_codes",
    "remembered_devices",
    "totp_keys",
)
"""The tables that say how a user, or a device of the user, signs in."""


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
        return [
            (table, table.c.user_id, self.ann.id) if "user_id" in table.c else (table, table.c.device_id, self.device)
            for table in found
        ]

    def fill(self) -> None:
        """Put a row of Ann into each of these tables."""
        self.working.token("ann", "phone")
        with self.store.transaction() as connection:
            devices = metadata.tables["devices"]
            self.device = connection.scalars(select(devices.c.id).where(devices.c.user_id == self.ann.id)).one()
            owned = {"user_id": self.ann.id, "device_id": self.device}
            for table, _, _ in self.columns():
                row = {column.name: owned.get(column.name, _some(column)) for column in table.c}
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


async def test_a_command_deletes_all(leaving: Leaving, capsys: pytest.CaptureFixture[str]) -> None:
    """No row stays by which somebody could come in, or from which somebody could learn where the user came from."""
    leaving.fill()
    assert all(leaving.rows().values())
    leaving.working.delete("ann")
    assert {name: count for name, count in leaving.rows().items() if count} == {}
