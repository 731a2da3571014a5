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
from tests import proof
from tests.integration.system import V2System
from tests.support.daemon import reactor, until
from tests.support.devices import Insider, Person
from tests.support.postgres import server
from tests.support.scene import fixture_of


class Search(V2System):
    def session(self, who: Person) -> Session:
        return Session(Api(reactor, self.daemon.url, language="en"), Credentials(*who))

    async def find(self, who: Person, asked: str, **filters: str | int) -> list[str | None]:
        hits, _ = await self.session(who).search(asked, **filters)
        return [hit.message.text for hit in hits]

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


class SearchOnPostgreSQL(Search):
    """The same on the other store."""

    async def lose_the_index(self) -> None:
        """It is in the log's database."""

    def store(self) -> dict[str, str]:
        return {"DATABASE": server().make_database(self)}


class Workers(Search):
    """The same with two workers, of which one keeps the index."""

    settings: ClassVar[dict[str, str]] = {"WORKERS": "2"}


search = fixture_of(*proof.scenes(Search, SearchOnPostgreSQL, Workers))


async def test_a_story(search: Search) -> None:
    ann, bob = await search.people("ann", "bob")
    a, b = await search.enter(ann), await search.enter(bob)

    # Found as soon as it is acked.
    sent = await a.ask("ack", "send", user=bob[0], text="Green tea, 绿茶")
    assert await search.find(bob, "tea 茶") == ["Green tea, 绿茶"]
    await a.ask("ack", "edit", message=sent["id"], text="Black coffee")
    assert (await search.find(bob, "tea"), await search.find(bob, "coff")) == ([], ["Black coffee"])

    # Once it is indexed as well, and after a crash.
    await search.indexed()
    assert (await search.find(bob, "tea"), await search.find(bob, "coff")) == ([], ["Black coffee"])
    await search.daemon.stop(signal.SIGKILL)
    await until(search.is_gone)
    insider = Insider(search.daemon)
    insider.fill(bob[0], ann[0], 3000, "missed")
    insider.close()
    await search.daemon.start()
    assert len(await search.find(ann, "missed", limit=200)) == 200
    await search.indexed()
    assert len(await search.find(ann, "missed", limit=200)) == 200
    assert await search.find(bob, "coffee") == ["Black coffee"]
    a, b = await search.enter(ann), await search.enter(bob)
    await a.ask("ack", "recall", message=sent["id"])
    assert await search.find(bob, "coffee") == []
    await b.ask("ack", "send", user=ann[0], text="last 茶")
    assert await search.find(ann, "茶", sender=bob[0]) == ["last 茶"]
    await search.lose_the_index()
    assert await search.find(ann, "茶", user=bob[0]) == ["last 茶"]
    assert "Traceback" not in search.daemon.log.read_text()
