"""Mails of a daemon of two workers that is killed, to a mail server that dies."""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_twisted
import treq
from sqlalchemy import update

from hichat.accounts import users
from hichat.mail import addresses
from hichat.storage.tables import mails
from tests.support.daemon import STOPPED, Daemon, until
from tests.support.mail import Fault, MailServer

pytestmark = pytest.mark.timeout(120)


@pytest_twisted.async_yield_fixture
async def mail_server() -> AsyncIterator[tuple[MailServer, int]]:
    """A mail server, and its port."""
    server = MailServer()
    yield server, server.start()
    await server.stop()


@pytest.fixture
def sending(tmp_path: Path, mail_server: tuple[MailServer, int]) -> Iterator[Daemon]:
    """A daemon that does not run yet, with Ann, who has an address."""
    smtp = {"SMTP": f"smtp://127.0.0.1:{mail_server[1]}", "MAIL_FROM": "chat@example.org"}
    daemon = Daemon(tmp_path / "daemon", WORKERS="2", PUBLIC_URL="https://chat.example.org", **smtp)
    daemon.prepare()
    with daemon.administration() as administration:
        user = administration.add("ann", "correct horse")
        with administration.store.transaction() as connection:
            claim = addresses.claim_address(connection, user.id, "ann@example.org", "en", 1)
            addresses.verify_address(connection, users.get(connection, user.id), claim, 1)
    yield daemon
    daemon.kill()


def due(daemon: Daemon) -> None:
    """All mails that wait are due now."""
    with daemon.administration() as administration, administration.store.transaction() as connection:
        connection.execute(update(mails).where(mails.c.next_at.is_not(None)).values(next_at=1))


def outcomes(daemon: Daemon) -> list[str]:
    with daemon.administration() as administration, administration.store.snapshot() as connection:
        return [row.outcome for row in connection.execute(mails.select().order_by(mails.c.id))]


async def test_none_is_lost(sending: Daemon, mail_server: tuple[MailServer, int]) -> None:
    """It is sent again until it is accepted, by whatever process there is; then never again."""
    server, _ = mail_server
    server.fault = Fault.STALLS
    await sending.start()
    answer = await treq.post(f"{sending.url}/v2/password/forgotten", json={"name": "ann"}, persistent=False)
    assert answer.code == 204
    await server.has(1)
    await sending.stop(signal.SIGKILL)
    server.fault = Fault.DIES
    due(sending)
    await sending.start()
    await server.has(2)
    await until(lambda: "is tried again" in sending.log.read_text())
    server.fault = Fault.NONE

    def is_sent() -> bool:
        # Again and again: the failure is logged before the queue has noted when the next try is.
        due(sending)
        return outcomes(sending) == ["sent"]

    await until(is_sent, 60)
    first, second, third = server.mails()
    assert first["Message-ID"] == second["Message-ID"] == third["Message-ID"]
    assert first.get_content() == third.get_content()
    assert "https://chat.example.org/#/password/" in third.get_content()
    assert await sending.stop() == STOPPED
    assert len(server.got) == 3
