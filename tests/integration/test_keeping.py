"""Forwarded, pinned and saved messages with a real process, through the client library; the same with two workers."""

from __future__ import annotations

from typing import ClassVar

import pytest

from hichat.client.connection import Client
from hichat.client.http import Api
from hichat.client.wire import Refused
from tests import proof
from tests.integration.system import PASSWORD, SharedV2System
from tests.support.daemon import reactor, until
from tests.support.scene import fixture_of


class KeepingOfTwoWorkers(SharedV2System):
    """People's devices, and the calls over HTTP, are wherever the kernel puts them."""

    settings: ClassVar[dict[str, str]] = {"WORKERS": "2"}

    async def restart(self) -> None:
        await super().restart()
        await until(lambda: self.daemon.log.read_text().count("HiChat serves") >= 6)


keeping = fixture_of(*proof.scenes(SharedV2System, KeepingOfTwoWorkers))


async def test_what_is_kept(keeping: SharedV2System) -> None:
    """Bob sends Ann's text on to Cat, pins it and saves it; his other device and Ann hear of what concerns them."""
    ann, bob, cat = await keeping.people("ann", "bob", "cat")
    a, b, c = [await keeping.enter(person) for person in (ann, bob, cat)]
    said = await a.ask("ack", "send", user=bob[0], text="at noon")
    session = await Api(reactor, keeping.daemon.url, language="en").log_in(keeping.named("bob"), PASSWORD, "library")
    client = Client(reactor, keeping.daemon.url, session.current, "library")
    try:
        ack = await client.forward(said["id"], user=cat[0])
        await keeping.hears(c, id=ack.id, text="at noon", forwardedFrom=ann[0], **{"from": bob[0]})
        with pytest.raises(Refused) as caught:
            await client.forward(999_999, user=cat[0])
        assert caught.value.code == "no_such_message"
    finally:
        await client.close()

    calls = session.keeping_calls
    pair = f"user-{ann[0]}"
    await calls.pin(pair, said["id"])
    await keeping.hears(a, kind="pinned", message=said["id"], **{"from": bob[0]})
    assert [message.text for message in await calls.pins(pair)] == ["at noon"]
    await calls.unpin(pair, said["id"])
    await keeping.hears(a, kind="unpinned", message=said["id"])
    assert await calls.pins(pair) == []

    await calls.save(said["id"])
    await keeping.hears(b, id=said["id"], kind="message")
    await keeping.hears(b, id=ack.id, kind="message", user=cat[0])
    await keeping.hears(b, kind="pinned", user=ann[0])
    await keeping.hears(b, kind="unpinned")
    await keeping.hears(b, kind="saved", message=said["id"], user=bob[0])
    ((message, conversation),) = await calls.saved()
    assert (message.text, conversation) == ("at noon", pair)
    await calls.remove(said["id"])
    await keeping.hears(b, kind="unsaved", message=said["id"])
    assert await calls.saved() == []
    assert not [event for event in a.events() if event["kind"] in ("saved", "unsaved")]

    reporting = session.reporting_calls
    first = await reporting.report_message(said["id"], "spam", "again and again")
    assert await reporting.report_user(ann[0], "other") > first
    with pytest.raises(Refused) as caught:
        await reporting.report_message(said["id"], "spam")
    assert caught.value.code == "already_reported"
