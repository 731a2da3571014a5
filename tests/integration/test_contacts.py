"""Contacts, blocks and conversations with a real process, over HTTP, v2 and v1; and the same with two workers."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import ClassVar

import pytest

from hichat.client.http import Api, Session
from hichat.client.wire import Credentials, Refused, User
from tests import proof
from tests.integration.system import PASSWORD, SharedV2System, V2System
from tests.support.daemon import reactor, until
from tests.support.devices import Person
from tests.support.scene import fixture_of


class Contacts(SharedV2System):
    SEEN: ClassVar[list[list[int]]] = []

    def session(self, who: Person) -> Session:
        return Session(Api(reactor, self.daemon.url, language="en"), Credentials(*who))


class ContactsOfTwoWorkers(Contacts):
    """People's devices, and the calls over HTTP, are wherever the kernel puts them."""

    settings: ClassVar[dict[str, str]] = {"WORKERS": "2"}
    SEEN: ClassVar[list[list[int]]] = [[]]

    async def restart(self) -> None:
        await super().restart()
        await until(lambda: self.daemon.log.read_text().count("HiChat serves") >= 6)


contacts = fixture_of(*proof.scenes(Contacts, ContactsOfTwoWorkers))


async def test_who_deletes_the_account_is_gone_from_everywhere(contacts: Contacts) -> None:
    """Each room of the daemon, as it is put together, hears of it: contacts and groups."""
    ann, bob = await contacts.people("ann", "bob")
    at_ann, at_bob = contacts.session(ann), contacts.session(bob)
    club = await at_ann.group_calls.create(contacts.named("club"))
    await at_bob.group_calls.join(contacts.named("club"))
    await at_bob.contact_calls.request(ann[0], "")
    await at_ann.contact_calls.accept(bob[0])
    b = await contacts.enter(bob)
    with pytest.raises(Refused) as caught:
        await at_ann.call("POST", "/me/deletion", {"password": "another horse"})
    assert caught.value.code == "wrong_password"
    assert await at_bob.friends() == [User(ann[0], contacts.named("ann"))]

    await at_ann.call("POST", "/me/deletion", {"password": PASSWORD})
    await contacts.hears(b, kind="role", role="owner", member=bob[0], group=club.id)
    await contacts.hears(b, kind="left", size=1, member=ann[0], group=club.id)
    assert await at_bob.friends() == []
    # Whoever lists contacts does not see the deleted ones anyhow.
    with closing(sqlite3.connect(contacts.daemon.directory / "state" / "hichat.db")) as database:
        found = database.execute("SELECT owner_id, friend_id FROM contacts").fetchall()
        assert [row for row in found if {ann[0], bob[0]} & set(row)] == []
    left = await at_bob.group_calls.members(club.id)
    assert [(member.name, member.role) for member in left] == [(contacts.named("bob"), "owner")]


async def test_a_story(contacts: Contacts) -> None:
    ann, bob = await contacts.people("ann", "bob")
    at_ann, at_bob = contacts.session(ann), contacts.session(bob)
    a, phone, b = await contacts.enter(ann), await contacts.enter(ann, "phone"), await contacts.enter(bob)
    (old,) = await contacts.online(bob)

    # Asked and accepted: all devices of both hear of it.
    assert not await at_bob.contact_calls.request(ann[0], "it is Bob")
    for peer in (a, phone, b):
        await contacts.hears(peer, kind="contact_requested", text="it is Bob", user=ann[0], **{"from": bob[0]})
    assert await at_ann.contact_calls.requests() == [User(bob[0], contacts.named("bob"))]
    await at_ann.contact_calls.accept(bob[0])
    for peer in (a, phone, b):
        await contacts.hears(peer, kind="contact_added", user=bob[0], **{"from": ann[0]})
    assert await at_bob.friends() == [User(ann[0], contacts.named("ann"))]

    # Blocked: only Ann's devices are told; to Bob she is gone.
    seen = await b.ask("presence", "watch", users=[ann[0]])
    # Presence is a worker's own: with several, Ann may be at another one.
    assert seen["online"] in [*contacts.SEEN, [ann[0]]]
    await at_ann.contact_calls.block(bob[0])
    for peer in (a, phone):
        await contacts.hears(peer, kind="blocked", contact=bob[0], user=ann[0])
    if seen["online"]:
        assert (await b.take("presence"))["offline"] == [ann[0]]
    refused = await b.ask("error", "send", user=ann[0], text="why?")
    assert (refused["code"], "retryAfter" in refused) == ("blocked", False)
    old.say(userId=bob[0], TargetId=ann[0], Type=1, Media=1, Content="why?")
    (complaint,) = await old.heard(1)
    assert "{" not in complaint
    with pytest.raises(Refused) as caught:
        await at_bob.contact_calls.remove(999_999)
    assert caught.value.code == "no_such_contact"
    sent = await a.ask("ack", "send", user=bob[0], text="bye")
    await contacts.hears(b, kind="message", text="bye")
    await contacts.hears(phone, kind="message", text="bye")
    await b.ask("done", "read", user=ann[0], id=sent["id"])
    await a.ask("done", "read", user=bob[0], id=sent["id"])
    assert (await a.ask("marks", "marks", user=bob[0]))["others"] == []

    # And what was missed meanwhile comes with a sync, also over a restart.
    await contacts.restart()
    b = await contacts.enter(bob, "tablet", since=0)
    kinds = [event["kind"] for event in b.events()]
    assert kinds == ["contact_requested", "contact_added", "message"]
    refused = await b.ask("error", "send", user=ann[0], text="still?")
    assert refused["code"] == "blocked"
    a = await contacts.enter(ann, "tablet", since=0)
    assert [event["kind"] for event in a.events()][2:] == ["blocked", "message"]
    await at_ann.contact_calls.unblock(bob[0])
    await contacts.hears(a, kind="unblocked", contact=bob[0])
    await b.ask("ack", "send", user=ann[0], text="thank you")
    await contacts.hears(a, kind="message", text="thank you")
    (listed, _) = await at_ann.contact_calls.conversations()
    assert (listed.title, listed.text) == (contacts.named("bob"), "thank you")
    receipts = a.said["receipt"] + phone.said["receipt"]
    assert [frame for frame in receipts if frame["from"] == bob[0]] == []


async def test_what_one_sets_for_a_conversation(contacts: Contacts) -> None:
    """All devices hear of it, wherever they are. A new message ends it, without an event."""
    ann, bob = await contacts.people("ann", "bob")
    calls = contacts.session(ann).contact_calls
    a, phone, b = await contacts.enter(ann), await contacts.enter(ann, "phone"), await contacts.enter(bob)
    name = f"user-{bob[0]}"
    said = await b.ask("ack", "send", user=ann[0], text="hi")
    for peer in (a, phone):
        await contacts.hears(peer, kind="message", text="hi")
    for changes, told in (
        ({"archived": True, "notify": "mentions"}, {"archived": True, "notify": "mentions"}),
        ({"unread_from": said["id"]}, {"archived": True, "notify": "mentions", "unreadFrom": said["id"]}),
    ):
        await calls.set(name, **changes)
        for peer in (a, phone):
            event = await contacts.hears(peer, kind="conversation_set", user=ann[0])
            assert event["settings"] == {"user": bob[0], "pinned": False, "muted": False} | told
    assert [each.name for each in await calls.conversations(archived=True)] == [name]
    assert name not in [each.name for each in await calls.conversations()]
    await contacts.restart()
    assert [each.name for each in await calls.conversations(archived=True)] == [name]
    b = await contacts.enter(bob, "tablet")
    await b.ask("ack", "send", user=ann[0], text="are you there?")
    assert [each.name for each in await calls.conversations(archived=True)] == []
    assert (await calls.conversations())[0].name == name


class ContactsOnly(V2System):
    settings: ClassVar[dict[str, str]] = {"WRITE_TO": "contacts"}


contacts_only = fixture_of(ContactsOnly)


async def test_only_contacts_write(contacts_only: ContactsOnly) -> None:
    ann, bob = await contacts_only.people("ann", "bob")
    a, b = await contacts_only.enter(ann), await contacts_only.enter(bob)
    (old,) = await contacts_only.online(bob)
    assert (await a.ask("error", "send", user=bob[0], text="hi"))["code"] == "not_contacts"
    old.say(userId=bob[0], TargetId=ann[0], Type=1, Media=1, Content="hi")
    await old.heard(1)
    answer = await contacts_only.call(bob, "relation/add", userId=bob[0], targetName="ann")
    assert answer["code"] == -1
    await contacts_only.hears(a, kind="contact_requested", **{"from": bob[0]})
    answer = await contacts_only.call(ann, "relation/add", userId=ann[0], targetName="bob")
    assert answer["code"] == 0
    await contacts_only.hears(b, kind="contact_requested", **{"from": bob[0]})
    await contacts_only.hears(b, kind="contact_added", **{"from": ann[0]})
    await a.ask("ack", "send", user=bob[0], text="hi")
    await contacts_only.hears(b, kind="message", text="hi")
