"""Files in S3, with real daemons: moto's server, and a relay that stands between it and the daemon."""

from __future__ import annotations

import os
import re
import select
import signal
import socket
from pathlib import Path
from typing import Any

import pytest
import treq
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.task import deferLater
from twisted.web.http_headers import Headers

from hichat.client.http import Api, Session
from hichat.client.media import Uploaded
from hichat.client.wire import Credentials, Refused
from hichat.media.s3 import MARK_NAME
from tests import proof
from tests.integration.system import V2System
from tests.media.samples import PNG
from tests.support import prepared
from tests.support.daemon import Daemon, until
from tests.support.daemon import reactor as installed_reactor
from tests.support.devices import Person
from tests.support.pdf import pdf
from tests.support.postgres import server
from tests.support.redis import redis_for
from tests.support.relays import CuttableRelay
from tests.support.s3 import SECRET_KEY, bucket_for
from tests.support.scene import fixture_of


class FilesInS3(V2System):
    """
    A daemon whose files are in S3.

    @ivar bucket: where they are.
    @ivar relay: what its connections to S3 go through.
    """

    def make_daemon(self) -> None:
        super().make_daemon()
        self.use_s3(self.daemon)

    def store(self) -> dict[str, str]:
        self.bucket = bucket_for(self)
        self.relay = CuttableRelay(self.bucket.port)
        self.addCleanup(self.relay.close)
        return {"MEDIA": self.bucket.url}

    def use_s3(self, daemon: Daemon) -> None:
        daemon.environment |= self.bucket.environment(self.relay.port)

    async def tear_down(self) -> None:
        await super().tear_down()
        assert SECRET_KEY not in self.daemon.log.read_text()

    def session(self, who: Person, daemon: Daemon | None = None) -> Session:
        url = (daemon or self.daemon).url
        return Session(Api(installed_reactor, url, language="en"), Credentials(*who))

    async def upload(self, who: Person, content: bytes, name: str, daemon: Daemon | None = None) -> Uploaded:
        path = self.daemon.directory / name
        path.write_bytes(content)
        return await self.session(who, daemon).media_calls.upload(path)

    async def fetch(self, path: str, daemon: Daemon | None = None, **headers: str) -> tuple[int, bytes]:
        url = (daemon or self.daemon).url + path
        response = await treq.get(url, headers=Headers({k: [v] for k, v in headers.items()}), persistent=False)
        return response.code, await response.content()

    async def refused(self, who: Person) -> bool:
        """@return: whether an upload is answered with C{files_away}."""
        code = ""
        try:
            await self.upload(who, b"x", "x")
        except Refused as e:
            code = e.code
        assert code in ("", "files_away")
        return bool(code)

    def in_bucket(self) -> list[str]:
        """@return: the names of the files in S3."""
        names = [key.removeprefix("some/files/") for key in self.bucket.every_key()]
        return [name for name in names if name != MARK_NAME]

    def left(self) -> list[str]:
        """@return: what is in the daemon's own directory of uploads."""
        return os.listdir(self.daemon.directory / "state" / "uploads")

    def lines(self, words: str) -> int:
        return self.daemon.log.read_text().count(words)


class FilesInS3OnPostgreSQL(FilesInS3):
    def store(self) -> dict[str, str]:
        return super().store() | {"DATABASE": server().make_database(self)}


class FilesInS3WithTwoWorkers(FilesInS3):
    def store(self) -> dict[str, str]:
        return super().store() | {"WORKERS": "2"}


in_s3 = fixture_of(FilesInS3)
any_s3 = fixture_of(*proof.scenes(FilesInS3, FilesInS3OnPostgreSQL, FilesInS3WithTwoWorkers))


async def test_a_story(any_s3: FilesInS3) -> None:
    """Uploads, links and ranges are as ever; all of it is in S3, and nothing in the state directory."""
    (ann,) = await any_s3.people("ann")
    content = os.urandom(3_000_000)
    film, picture, plan = [
        await any_s3.upload(ann, each, name) for each, name in ((content, "a"), (PNG, "a.png"), (pdf(), "a.pdf"))
    ]
    assert set(any_s3.in_bucket()) == {film.id, picture.id, f"{picture.id}.thumbnail", plan.id, f"{plan.id}.thumbnail"}
    assert any_s3.left() == []
    links = await any_s3.session(ann).media_calls.links([film.id, picture.id, plan.id])
    assert await any_s3.fetch(links[0].url) == (200, content)
    assert await any_s3.fetch(links[0].url, Range="bytes=1000000-2500000") == (206, content[1_000_000:2_500_001])
    for link in links[1:]:
        assert (await any_s3.fetch(link.thumbnail))[0] == 200

    # Clients that do not read, more of them than there are threads for files.
    slow = []
    for _ in range(12):
        client = socket.create_connection(("127.0.0.1", any_s3.daemon.port))
        any_s3.addCleanup(client.close)
        client.sendall(f"GET {links[0].url} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        slow.append(client)
    await until(lambda: len(select.select(slow, [], [], 0)[0]) == len(slow), 30)
    assert await any_s3.fetch(links[1].url) == (200, any_s3.bucket.get(f"some/files/{picture.id}"))
    assert any_s3.lines("Traceback") == 0


@pytest.mark.timeout(180)
async def test_s3_is_away(any_s3: FilesInS3) -> None:
    """Files are answered with 503, soon; messages are as quick as ever; then all is as before."""
    ann, bob = await any_s3.people("ann", "bob")
    found = await any_s3.upload(ann, PNG, "a.png")
    (link,) = await any_s3.session(ann).media_calls.links([found.id])
    one, two = await any_s3.enter(ann), await any_s3.enter(bob)
    any_s3.relay.cut()
    asked: list[Deferred[Any]] = [Deferred.fromCoroutine(any_s3.fetch(link.url)) for _ in range(30)]
    sent: list[Deferred[Any]] = [Deferred.fromCoroutine(any_s3.refused(ann)) for _ in range(5)]
    longest = 0.0
    said = 0
    while not all(each.called for each in asked + sent):
        began = installed_reactor.seconds()
        said += 1
        await one.ask("ack", "send", counter=said, user=bob[0], text=f"no. {said}")
        await until(lambda said=said: len(two.said["event"]) >= said)  # type: ignore[misc]
        longest = max(longest, installed_reactor.seconds() - began)
        await deferLater(installed_reactor, 0.02)
    assert {status for status, _ in await gatherResults(asked)} == {503}
    assert all(await gatherResults(sent))
    # S3 is given five seconds to answer; nobody's message waited for that.
    assert said > 10
    assert longest < 2.5
    assert any_s3.left() == []
    any_s3.relay.mend()
    await deferLater(installed_reactor, 2)
    for _ in range(100):
        status, content = await any_s3.fetch(link.url)
        if status == 200:
            break
        await deferLater(installed_reactor, 0.2)
    assert content == any_s3.bucket.get(f"some/files/{found.id}")
    await any_s3.upload(ann, PNG, "b.png")
    mark = any_s3.bucket.get(f"some/files/{MARK_NAME}")
    assert "belong to this database now" in any_s3.daemon.command("media", "accept")
    assert any_s3.bucket.get(f"some/files/{MARK_NAME}") != mark
    workers = int(any_s3.daemon.environment.get("HICHAT_WORKERS", "1"))
    gone, back = "uploaded files cannot be reached", "uploaded files can be reached"
    for _ in range(200):
        # Each worker notices it when it is asked.
        if any_s3.lines(back) == any_s3.lines(gone):
            break
        await any_s3.fetch(link.url)
        await deferLater(installed_reactor, 0.05)
    assert 1 <= any_s3.lines(gone) == any_s3.lines(back) <= workers


async def test_a_start_while_s3_is_away(in_s3: FilesInS3) -> None:
    """The daemon serves messages, and says what is missing. So it does when it stops."""
    ann, bob = await in_s3.people("ann", "bob")
    in_s3.relay.cut()
    # It waits for S3 several times here.
    in_s3.daemon.use_tac("from hichat.media import s3\ns3.S3_READ_TIMEOUT = 1.5\n")
    await in_s3.restart()
    one, two = await in_s3.enter(ann), await in_s3.enter(bob)
    await one.ask("ack", "send", counter=1, user=bob[0], text="hello")
    assert (await two.take("event"))["text"] == "hello"
    await until(lambda: in_s3.lines("uploaded files cannot be reached"), 30)
    assert await in_s3.daemon.metric("files_up") == 0
    asked = Deferred.fromCoroutine(in_s3.refused(ann))
    asked.addErrback(lambda _: None)
    await in_s3.restart()
    await asked
    in_s3.relay.mend()
    for _ in range(100):
        if not await in_s3.refused(ann):
            break
        await deferLater(installed_reactor, 0.2)
    assert len(in_s3.in_bucket()) == 1
    assert await in_s3.daemon.metric("files_up") == 1


async def test_a_crash_while_a_file_goes_to_s3(in_s3: FilesInS3) -> None:
    """The file is not there, and nothing is left of it on this machine."""
    (ann,) = await in_s3.people("ann")
    await in_s3.upload(ann, b"x", "first")
    before = in_s3.in_bucket()
    in_s3.relay.cut()
    sending = Deferred.fromCoroutine(in_s3.upload(ann, os.urandom(4_000_000), "half"))
    sending.addErrback(lambda _: None)

    def whole() -> bool:
        """The upload has come whole, and goes to S3."""
        parts = list((in_s3.daemon.directory / "state" / "uploads").glob("*.part"))
        return [part.stat().st_size for part in parts] == [4_000_000]

    await until(whole, 30)
    await deferLater(installed_reactor, 0.2)
    await in_s3.daemon.stop(signal.SIGKILL)
    await sending
    in_s3.relay.mend()
    await in_s3.daemon.start()
    await until(lambda: in_s3.left() == [], 30)
    await in_s3.upload(ann, b"x", "second")
    assert len(in_s3.in_bucket()) == len(before) + 1


async def test_the_quota(in_s3: FilesInS3) -> None:
    (ann,) = await in_s3.people("ann")
    await in_s3.daemon.stop()
    in_s3.daemon.environment["HICHAT_UPLOAD_QUOTA"] = "100000"
    await in_s3.daemon.start()
    await in_s3.upload(ann, b"x" * 50_000, "one")
    with pytest.raises(Refused) as caught:
        await in_s3.upload(ann, b"x" * 50_000, "other")
    assert caught.value.code == "quota_exceeded"
    assert len(in_s3.in_bucket()) == 1


def test_what_is_wrong_is_said_in_one_line(tmp_path: Path) -> None:
    """The daemon ends at its start."""
    daemon = Daemon(tmp_path / "wrong", MEDIA="s3://no-such-bucket/x")
    kept: Any = _Cleanups()
    try:
        daemon.environment |= bucket_for(kept).environment()
        done = daemon.twistd("-n", "--pidfile=", "hichat")
    finally:
        kept.clean()
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("hichat: HICHAT_MEDIA: there is no bucket no-such-bucket at 127.0.0.1:")


class _Cleanups(list[Any]):
    def addCleanup(self, function: Any, *arguments: Any) -> None:  # noqa: N802
        self.append((function, arguments))

    def clean(self) -> None:
        while self:
            function, arguments = self.pop()
            function(*arguments)


class MovingHost(FilesInS3):
    """
    A daemon whose files move, and somebody who reads them all the while.

    @ivar contents: of each file, by its link.
    """

    contents: dict[str, bytes]

    def store(self) -> dict[str, str]:
        super().store()
        self.contents = {}
        self.reads = 0
        # The command's own way to S3.
        self.other_relay = CuttableRelay(self.bucket.port)
        self.addCleanup(self.other_relay.close)
        return {"MEDIA": "folder"}

    async def serve_from(self, media: str, media_from: str) -> None:
        """Start the daemon anew, with files at other places."""
        self.daemon.environment |= {"HICHAT_MEDIA": media, "HICHAT_MEDIA_FROM": media_from}
        await self.restart()

    async def fill(self, who: Person, count: int) -> None:
        """Upload files, some of them with thumbnails."""
        for number in range(count):
            content = PNG if number % 10 == 0 else os.urandom(2000)
            found = await self.upload(who, content, f"{number}")
            (link,) = await self.session(who).media_calls.links([found.id])
            for url in filter(None, (link.url, link.thumbnail)):
                self.contents[url] = (await self.fetch(url))[1]

    async def read_all(self) -> None:
        """Each file is there, whole."""
        for url, content in self.contents.items():
            assert await self.fetch(url) == (200, content)
            self.reads += 1

    def begin_move(self, *options: str) -> Any:
        """Run the command, beside whatever else goes on."""
        environment = self.daemon.environment | self.bucket.environment(self.other_relay.port)
        with (self.daemon.directory / "moves").open("ab") as log, open(os.devnull, "rb") as nothing:
            command = ("hichat", "media", "move", *options)
            process = prepared.forks().start(command, self.daemon.directory, environment, nothing, log, log)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    async def move(self, *options: str) -> str:
        """@return: what the command has said."""
        process = self.begin_move(*options)
        await until(lambda: process.poll() is not None, 60)
        said = (self.daemon.directory / "moves").read_text().splitlines()[-1]
        assert process.poll() == 0, said
        return said


moving = fixture_of(MovingHost)


@pytest.mark.timeout(180)
async def test_files_move(moving: MovingHost) -> None:
    """To S3 and back, while all are read, others come, and the command is killed and run again."""
    (ann,) = await moving.people("ann")
    await moving.fill(ann, 20)
    total = len(moving.contents)
    assert total == 22
    assert moving.in_bucket() == []
    done: list[bool] = []

    async def read() -> None:
        while not done:
            await moving.read_all()

    await moving.serve_from(moving.bucket.url, "folder")
    reading = Deferred.fromCoroutine(read())
    process = moving.begin_move("--remove")
    await until(lambda: len(moving.in_bucket()) > 3, 60)
    moving.other_relay.cut()
    process.kill()
    process.wait()
    moving.other_relay.mend()
    before = moving.reads
    said = await moving.move()
    copied, there = (int(number) for number in re.findall(r"(\d+) (?:copied|were)", said))
    assert copied + there == len([name for name in moving.left() if not name.endswith(".part")])
    await until(lambda: moving.reads > before + total, 60)
    found = await moving.upload(ann, b"new", "new")
    assert found.id in moving.in_bucket()
    assert "removed" in await moving.move("--remove")
    await until(lambda: moving.left() == [], 10)
    await moving.read_all()
    done.append(True)
    await reading
    await moving.serve_from(moving.bucket.url, "")
    await moving.read_all()

    await moving.serve_from("folder", moving.bucket.url)
    done.clear()
    reading = Deferred.fromCoroutine(read())
    assert f"{total + 1} copied" in await moving.move("--remove")
    assert moving.in_bucket() == []
    done.append(True)
    await reading
    await moving.serve_from("folder", "")
    await moving.read_all()
    assert len(moving.left()) == total + 1
    assert moving.lines("Traceback") == 0

    await moving.serve_from(moving.bucket.url, "")
    assert moving.lines("that are not served") == 1
    said = moving.daemon.hichat("media", "move").stderr
    assert said.startswith("hichat: HICHAT_MEDIA_FROM: it names no place")


class ThreeHosts(FilesInS3):
    """Three daemons that PostgreSQL, Redis and S3 make one service."""

    async def set_up(self) -> None:
        await super().set_up()
        self.others = []
        for _ in range(2):
            other = Daemon(Path(self.mktemp()), **self.kept_in)
            self.use_s3(other)
            self.addCleanup(other.kill)
            other.command("keys", "import", line=self.daemon.command("keys", "export"))
            self.others.append(other)
        await gatherResults([Deferred.fromCoroutine(other.start()) for other in self.others])

    def store(self) -> dict[str, str]:
        redis = redis_for(self)
        self.kept_in = super().store() | {"DATABASE": server().make_database(self), "REDIS": redis.url}
        return self.kept_in

    async def tear_down(self) -> None:
        await super().tear_down()
        for daemon in (self.daemon, *self.others):
            daemon.stop_in_order()


three_hosts = fixture_of(ThreeHosts)


async def test_hosts_have_the_same_files(three_hosts: ThreeHosts) -> None:
    """An upload at A, a ranged download at B, a profile's picture at C."""
    at_b, at_c = three_hosts.others
    ann, bob = await three_hosts.people("ann", "bob")
    content = os.urandom(1_500_000)
    film, picture = [await three_hosts.upload(ann, each, "a") for each in (content, PNG)]
    peer = await three_hosts.enter(ann)
    await peer.ask("ack", "send", counter=1, user=bob[0], media="file", url=film.url, name="a")
    (link,) = await three_hosts.session(bob, at_b).media_calls.links([film.id])
    assert await three_hosts.fetch(link.url, at_b, Range="bytes=-700000") == (206, content[-700_000:])
    await three_hosts.session(ann, at_c).call("PATCH", "/me", {"avatar": picture.open})
    status, shown = await three_hosts.fetch(picture.open, at_c)
    assert (status, shown[:8]) == (200, PNG[:8])
    assert await three_hosts.fetch(link.url) == (200, content)
