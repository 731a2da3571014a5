"""Search with a real process: what was just sent, a crash, a lost index; and the same with two workers."""

from __future__ import annotations

import os
import signal
import socket
from pathlib import Path
from typing import ClassVar

from hichat.client.http import Api, Session
from hichat.client.wire import Credentials
from hichat.search.index import make_index
from tests.integration.daemon import reactor, until
from tests.integration.devices import Insider, Person
from tests.integration.test_v2 import V2Case
from tests.postgres import server


class SearchTests(V2Case):
    def session(self, who: Person) -> Session:
        return Session(Api(reactor, self.daemon.url, language="en"), Credentials(*who))

    async def find(self, who: Person, asked: str, **filters: str | int) -> list[str | None]:
        hits, _ = await self.session(who).search(asked, **filters)
        return [hit.message.text for hit in hits]

    async def test_a_story(self) -> None:
        ann, bob = await self.people("ann", "bob")
        a, b = await self.enter(ann), await self.enter(bob)

        # Found as soon as it is acked.
        sent = await a.ask("ack", "send", user=bob[0], text="Green tea, 绿茶")
        self.assertEqual(await self.find(bob, "tea 茶"), ["Green tea, 绿茶"])
        await a.ask("ack", "edit", message=sent["id"], text="Black coffee")
        self.assertEqual((await self.find(bob, "tea"), await self.find(bob, "coff")), ([], ["Black coffee"]))

        # Once it is indexed as well, and after a crash.
        await self.indexed()
        self.assertEqual((await self.find(bob, "tea"), await self.find(bob, "coff")), ([], ["Black coffee"]))
        await self.daemon.stop(signal.SIGKILL)
        await until(self.is_gone)
        insider = Insider(self.daemon)
        insider.fill(bob[0], ann[0], 3000, "missed")
        insider.close()
        await self.daemon.start()
        self.assertEqual(len(await self.find(ann, "missed", limit=200)), 200)
        await self.indexed()
        self.assertEqual(len(await self.find(ann, "missed", limit=200)), 200)
        self.assertEqual(await self.find(bob, "coffee"), ["Black coffee"])
        a, b = await self.enter(ann), await self.enter(bob)
        await a.ask("ack", "recall", message=sent["id"])
        self.assertEqual(await self.find(bob, "coffee"), [])
        await b.ask("ack", "send", user=ann[0], text="last 茶")
        self.assertEqual(await self.find(ann, "茶", sender=bob[0]), ["last 茶"])
        await self.lose_the_index()
        self.assertEqual(await self.find(ann, "茶", user=bob[0]), ["last 茶"])
        self.assertNotIn("Traceback", self.daemon.log.read_text())

    def is_gone(self) -> bool:
        """@return: whether the workers have seen that their supervisor is."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one, socket.socket(socket.AF_INET, one.type) as other:
            try:
                one.bind(("127.0.0.1", self.daemon.udp))
                other.bind(("127.0.0.1", self.daemon.udp + 1))
            except OSError:
                return False
        return True

    async def indexed(self) -> None:
        """Wait until the index has everything; which of the workers keeps it is not known."""
        insider = Insider(self.daemon)
        head = insider.events()[-1].position
        insider.close()
        await until(lambda: self.position() >= head, 30)

    def position(self) -> int:
        insider = Insider(self.daemon)
        index = make_index(insider.engine)
        try:
            with index.engine.connect() as connection:
                return index.head(connection).position
        finally:
            index.engine.dispose()
            insider.close()

    async def lose_the_index(self) -> None:
        """It is made again."""
        await self.daemon.stop()
        for path in Path(self.daemon.directory).rglob("*-search*"):
            os.unlink(path)
        await self.daemon.start()
        await self.indexed()


class SearchOnPostgreSQLTests(SearchTests):
    """The same on the other store."""

    async def lose_the_index(self) -> None:
        """It is in the log's database."""

    async def setUp(self) -> None:  # type: ignore[override]
        self.settings = {"DATABASE": server().make_database(self)}  # type: ignore[misc]
        await super().setUp()


class WorkersTests(SearchTests):
    """The same with two workers, of which one keeps the index."""

    settings: ClassVar[dict[str, str]] = {"WORKERS": "2"}
