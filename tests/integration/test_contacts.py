"""Contacts, blocks and conversations with a real process, over HTTP, v2 and v1; and the same with two workers."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import ClassVar

from hichat.client.http import Api, Session
from hichat.client.wire import Credentials, Refused, User
from tests.integration.daemon import reactor, until
from tests.integration.devices import Person
from tests.integration.test_daemon import PASSWORD
from tests.integration.test_v2 import V2Case


class ContactsTests(V2Case):
    SEEN: ClassVar[list[list[int]]] = []

    def session(self, who: Person) -> Session:
        return Session(Api(reactor, self.daemon.url, language="en"), Credentials(*who))

    async def test_who_deletes_the_account_is_gone_from_everywhere(self) -> None:
        """Each room of the daemon, as it is put together, hears of it: contacts and groups."""
        ann, bob = await self.people("ann", "bob")
        at_ann, at_bob = self.session(ann), self.session(bob)
        club = await at_ann.group_calls.create("club")
        await at_bob.group_calls.join("club")
        await at_bob.contact_calls.request(ann[0], "")
        await at_ann.contact_calls.accept(bob[0])
        b = await self.enter(bob)
        with self.assertRaises(Refused) as caught:
            await at_ann.call("POST", "/me/deletion", {"password": "another horse"})
        self.assertEqual(caught.exception.code, "wrong_password")
        self.assertEqual(await at_bob.friends(), [User(ann[0], "ann")])

        await at_ann.call("POST", "/me/deletion", {"password": PASSWORD})
        await self.hears(b, kind="role", role="owner", member=bob[0], group=club.id)
        await self.hears(b, kind="left", size=1, member=ann[0], group=club.id)
        self.assertEqual(await at_bob.friends(), [])
        # Whoever lists contacts does not see the deleted ones anyhow.
        with closing(sqlite3.connect(self.daemon.directory / "state" / "hichat.db")) as database:
            self.assertEqual(database.execute("SELECT * FROM contacts").fetchall(), [])
        left = await at_bob.group_calls.members(club.id)
        self.assertEqual([(member.name, member.role) for member in left], [("bob", "owner")])

    async def test_a_story(self) -> None:
        ann, bob = await self.people("ann", "bob")
        at_ann, at_bob = self.session(ann), self.session(bob)
        a, phone, b = await self.enter(ann), await self.enter(ann, "phone"), await self.enter(bob)
        (old,) = await self.online(bob)

        # Asked and accepted: all devices of both hear of it.
        self.assertFalse(await at_bob.contact_calls.request(ann[0], "it is Bob"))
        for peer in (a, phone, b):
            await self.hears(peer, kind="contact_requested", text="it is Bob", user=ann[0], **{"from": bob[0]})
        self.assertEqual(await at_ann.contact_calls.requests(), [User(bob[0], "bob")])
        await at_ann.contact_calls.accept(bob[0])
        for peer in (a, phone, b):
            await self.hears(peer, kind="contact_added", user=bob[0], **{"from": ann[0]})
        self.assertEqual(await at_bob.friends(), [User(ann[0], "ann")])

        # Blocked: only Ann's devices are told; to Bob she is gone.
        seen = await b.ask("presence", "watch", users=[ann[0]])
        # Presence is a worker's own: with several, Ann may be at another one.
        self.assertIn(seen["online"], [*self.SEEN, [ann[0]]])
        await at_ann.contact_calls.block(bob[0])
        for peer in (a, phone):
            await self.hears(peer, kind="blocked", contact=bob[0], user=ann[0])
        if seen["online"]:
            self.assertEqual((await b.take("presence"))["offline"], [ann[0]])
        refused = await b.ask("error", "send", user=ann[0], text="why?")
        self.assertEqual((refused["code"], "retryAfter" in refused), ("blocked", False))
        old.say(userId=bob[0], TargetId=ann[0], Type=1, Media=1, Content="why?")
        (complaint,) = await old.heard(1)
        self.assertNotIn("{", complaint)
        with self.assertRaises(Refused) as caught:
            await at_bob.contact_calls.remove(99)
        self.assertEqual(caught.exception.code, "no_such_contact")
        sent = await a.ask("ack", "send", user=bob[0], text="bye")
        await self.hears(b, kind="message", text="bye")
        await self.hears(phone, kind="message", text="bye")
        await b.ask("done", "read", user=ann[0], id=sent["id"])
        await a.ask("done", "read", user=bob[0], id=sent["id"])
        self.assertEqual((await a.ask("marks", "marks", user=bob[0]))["others"], [])

        # And what was missed meanwhile comes with a sync, also over a restart.
        await self.restart()
        b = await self.enter(bob, "tablet", since=0)
        kinds = [event["kind"] for event in b.events()]
        self.assertEqual(kinds, ["contact_requested", "contact_added", "message"])
        refused = await b.ask("error", "send", user=ann[0], text="still?")
        self.assertEqual(refused["code"], "blocked")
        a = await self.enter(ann, "tablet", since=0)
        self.assertEqual([event["kind"] for event in a.events()][2:], ["blocked", "message"])
        await at_ann.contact_calls.unblock(bob[0])
        await self.hears(a, kind="unblocked", contact=bob[0])
        await b.ask("ack", "send", user=ann[0], text="thank you")
        await self.hears(a, kind="message", text="thank you")
        (listed, _) = await at_ann.contact_calls.conversations()
        self.assertEqual((listed.title, listed.text), ("bob", "thank you"))
        receipts = a.said["receipt"] + phone.said["receipt"]
        self.assertEqual([frame for frame in receipts if frame["from"] == bob[0]], [])


class ContactsOfTwoWorkersTests(ContactsTests):
    """People's devices, and the calls over HTTP, are wherever the kernel puts them."""

    settings: ClassVar[dict[str, str]] = {"WORKERS": "2"}
    SEEN: ClassVar[list[list[int]]] = [[]]

    async def restart(self) -> None:
        await super().restart()
        await until(lambda: self.daemon.log.read_text().count("HiChat serves") >= 6)


class ContactsOnlyTests(V2Case):
    settings: ClassVar[dict[str, str]] = {"WRITE_TO": "contacts"}

    async def test_only_contacts_write(self) -> None:
        ann, bob = await self.people("ann", "bob")
        a, b = await self.enter(ann), await self.enter(bob)
        (old,) = await self.online(bob)
        self.assertEqual((await a.ask("error", "send", user=bob[0], text="hi"))["code"], "not_contacts")
        old.say(userId=bob[0], TargetId=ann[0], Type=1, Media=1, Content="hi")
        await old.heard(1)
        answer = await self.call(bob, "relation/add", userId=bob[0], targetName="ann")
        self.assertEqual(answer["code"], -1)
        await self.hears(a, kind="contact_requested", **{"from": bob[0]})
        answer = await self.call(ann, "relation/add", userId=ann[0], targetName="bob")
        self.assertEqual(answer["code"], 0)
        await self.hears(b, kind="contact_requested", **{"from": bob[0]})
        await self.hears(b, kind="contact_added", **{"from": ann[0]})
        await a.ask("ack", "send", user=bob[0], text="hi")
        await self.hears(b, kind="message", text="hi")
