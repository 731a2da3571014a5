"""A deleted account with a real daemon: others hear of it, and its files go."""

from __future__ import annotations

import signal
from typing import ClassVar

from hichat.client.http import Api, Session
from hichat.client.media import Uploaded
from hichat.client.wire import Credentials
from tests.integration.system import V2System
from tests.media.samples import PNG
from tests.support.daemon import reactor as installed_reactor
from tests.support.daemon import until
from tests.support.devices import Person
from tests.support.s3 import bucket_for
from tests.support.scene import fixture_of


class GonePeople(V2System):
    """A daemon that keeps no messages of deleted accounts."""

    settings: ClassVar[dict[str, str]] = {"DELETED_MESSAGES": "remove"}

    async def upload(self, who: Person, name: str) -> Uploaded:
        path = self.daemon.directory / name
        path.write_bytes(PNG)
        return await self.session(who).media_calls.upload(path)

    def session(self, who: Person) -> Session:
        return Session(Api(installed_reactor, self.daemon.url, language="en"), Credentials(*who))

    def files(self) -> list[str]:
        """@return: the names of all files and thumbnails."""
        return sorted(path.name for path in (self.daemon.directory / "state" / "uploads").iterdir())


class GonePeopleInS3(GonePeople):
    """The same, with files in S3."""

    def make_daemon(self) -> None:
        super().make_daemon()
        self.daemon.environment |= self.bucket.environment()
        # From a shared store a daemon removes files every five minutes, and only after it has run for an hour.
        self.daemon.use_tac(
            "from hichat.media import media\nfrom hichat.runtime import clock\n"
            "media.UNUSED_SWEEP = 1.0\nclock.SETTLED_AFTER = 1000\n"
        )

    def store(self) -> dict[str, str]:
        self.bucket = bucket_for(self)
        return {"MEDIA": self.bucket.url}

    def files(self) -> list[str]:
        """@return: the names of all files and thumbnails."""
        return sorted(key.rpartition("/")[2] for key in self.bucket.every_key())


gone_people = fixture_of(GonePeople, GonePeopleInS3)


async def test_a_command(gone_people: GonePeople) -> None:
    """It tells clients that are online, and what it has begun goes on after a crash."""
    scene = gone_people
    ann, bob = await scene.people("ann", "bob")
    file = await scene.upload(ann, "of ann.png")
    kept = await scene.upload(bob, "of bob.png")
    at_ann, at_bob = await scene.enter(ann), await scene.enter(bob)
    for number, more in enumerate(({}, {"media": "picture", "url": file.url}), 1):
        await at_ann.ask("ack", "send", counter=number, user=bob[0], text=f"text {number}", **more)
        await scene.hears(at_bob, kind="message")
    await at_bob.ask("ack", "send", counter=1, user=ann[0], text="mine", media="picture", url=kept.url)
    assert len([name for name in scene.files() if file.id in name]) == 2
    scene.daemon.command("user", "delete", scene.named("ann"), "--yes")
    await scene.hears(at_bob, kind="erased")
    answer = await at_bob.ask("history", "history", user=ann[0], limit=10)
    assert [message["text"] for message in answer["messages"]] == ["", "", "mine"]
    assert [message.get("recalled", False) for message in answer["messages"]] == [True, True, False]
    session = scene.session(bob)
    links = await session.call("POST", "/media/links", {"ids": [file.id, kept.id]})
    assert [link["id"] for link in links["items"]] == [kept.id]
    scene.peers.clear()
    await scene.daemon.stop(signal.SIGKILL)
    await scene.daemon.start()
    await until(lambda: not [name for name in scene.files() if file.id in name], seconds=30)
    assert len([name for name in scene.files() if kept.id in name]) == 2
