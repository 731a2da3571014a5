"""Files with a real process: over both dialects, half ones, and with two workers."""

from __future__ import annotations

import io
import json
import os
import signal
import socket
from pathlib import Path
from typing import ClassVar

import pytest
import treq
from PIL import Image
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater
from twisted.web.http_headers import Headers

from hichat.client.http import Api, Session
from hichat.client.media import Uploaded
from hichat.client.wire import Credentials, FileTrouble, Refused
from tests import proof
from tests.integration.system import V2System
from tests.media.samples import PNG, SECRET, WEBM
from tests.support.daemon import reactor as installed_reactor
from tests.support.daemon import until
from tests.support.devices import Person
from tests.support.scene import fixture_of
from tests.support.site import multipart


class Media(V2System):
    def session(self, who: Person) -> Session:
        return Session(Api(installed_reactor, self.daemon.url, language="en"), Credentials(*who))

    async def upload(self, who: Person, content: bytes, name: str) -> Uploaded:
        path = self.daemon.directory / name
        path.write_bytes(content)
        return await self.session(who).media_calls.upload(path)

    def most_memory(self) -> int:
        """@return: MiB that the daemon had in use at most."""
        assert self.daemon.process is not None
        lines = Path(f"/proc/{self.daemon.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) // 1024

    async def get_bytes(self, path: str, **headers: str) -> tuple[int, bytes]:
        response = await treq.get(
            self.daemon.url + path, headers=Headers({k: [v] for k, v in headers.items()}), persistent=False
        )
        return response.code, await response.content()

    @property
    def uploads(self) -> Path:
        return self.daemon.directory / "state" / "uploads"


class MediaWithTwoWorkers(Media):
    settings: ClassVar[dict[str, str]] = {"WORKERS": "2"}


files = fixture_of(*proof.scenes(Media, MediaWithTwoWorkers))


async def test_one_that_is_too_large(files: Media) -> None:
    """The answer comes while the file is still being sent: that stops, and nothing is logged of it."""
    (ann,) = await files.people("ann")
    with pytest.raises(Refused) as refused:
        await files.upload(ann, bytes(30 * 1024**2), "film")
    assert str(refused.value) == "the request is too large: at most 10 MB"
    await deferLater(installed_reactor, 0.2)


async def test_pictures_that_take_much(files: Media) -> None:
    """They are taken in, and what they take is not the daemon's."""
    (ann,) = await files.people("ann")
    content = io.BytesIO()
    Image.new("RGB", (8000, 5000), "teal").save(content, "WEBP", lossless=True, method=0)
    assert len(content.getvalue()) < 2000
    await files.upload(ann, PNG, "small.png")
    before = files.most_memory()
    for number in range(3):
        found = await files.upload(ann, content.getvalue(), f"{number}.webp")
        assert found.kind == "picture"
    assert files.most_memory() - before < 20


async def test_a_decoder_that_is_killed(files: Media) -> None:
    """Uploads go on, and nothing is left of what it was doing."""
    (ann,) = await files.people("ann")
    await files.upload(ann, PNG, "small.png")
    uploads = [Deferred.fromCoroutine(files.upload(ann, PNG, f"{number}.png")) for number in range(10)]
    for pid in files.daemon.children():
        if b"hichat.media.decoder" in Path(f"/proc/{pid}/cmdline").read_bytes():
            os.kill(pid, signal.SIGKILL)
    for each in uploads:
        assert (await each).kind == "picture"
    assert list(files.uploads.glob("*.part")) == []


async def test_a_story(files: Media) -> None:
    ann, bob, eve = await files.people("ann", "bob", "eve")
    a, b = await files.enter(ann), await files.enter(bob)
    (old,) = await files.online(bob)
    found = await files.upload(ann, PNG, "a.png")
    assert (found.kind, found.name) == ("picture", "a.png")

    # Nobody else may use it, and who may not see it gets no link.
    refused = await b.ask("error", "send", user=eve[0], media="picture", url=found.url)
    assert (refused["code"], "retryAfter" in refused) == ("no_such_media", False)
    assert await files.session(bob).media_calls.links([found.id]) == []

    # From v2 to both dialects: the one has a name for it, the other a link that needs no credentials.
    await a.ask("ack", "send", user=bob[0], media="picture", url=found.url, name=found.name)
    await files.hears(b, kind="message", media="picture", url=found.url, name="a.png")
    (frame,) = await old.heard(1)
    said = json.loads(frame)
    assert (said["Media"], said["userId"]) == (4, ann[0])
    status, content = await files.get_bytes(said["url"])
    assert (status, content[:8]) == (200, PNG[:8])
    assert SECRET not in content
    (link,) = await files.session(bob).media_calls.links([found.id])
    assert await files.get_bytes(link.url) == (200, content)
    assert await files.get_bytes(link.url, Range="bytes=1-3") == (206, b"PNG")
    status, _ = await files.get_bytes(link.url[:-1])
    assert status == 403
    assert (await files.get_bytes(link.thumbnail))[0] == 200
    saved = files.daemon.directory / "saved.png"
    assert await files.session(bob).media_calls.save(found.url, saved) == len(content)
    assert saved.read_bytes() == content
    with pytest.raises(FileTrouble):
        await files.session(eve).media_calls.save(found.url, files.daemon.directory / "eve.png")
    assert not (files.daemon.directory / "eve.png").exists()

    # From v1 to v2.
    body, kind = multipart({"filetype": "webm"}, [("file", "blob", WEBM)])
    response = await treq.post(
        f"{files.daemon.url}/v1/upload/image?token={bob[1]}&userId={bob[0]}",
        data=body,
        headers=Headers({"Content-Type": [kind]}),
        persistent=False,
    )
    url = (await response.json())["Data"]
    old.say(userId=bob[0], TargetId=ann[0], Type=1, Media=3, Content="", url=url, amount=3)
    await files.hears(a, kind="message", media="audio", url=url, seconds=3)
    assert await files.get_bytes(url) == (200, WEBM)

    # A crash changes nothing of that.
    await files.daemon.stop(signal.SIGKILL)
    await files.daemon.start()
    assert await files.get_bytes(link.url) == (200, content)
    assert await files.get_bytes(url) == (200, WEBM)


async def test_a_crash_while_a_file_comes(files: Media) -> None:
    (ann,) = await files.people("ann")
    await files.upload(ann, b"x", "whole")
    before = os.listdir(files.uploads)
    with socket.create_connection(("127.0.0.1", files.daemon.port)) as client:
        head = f"POST /v2/media HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {ann[1]}\r\nContent-Length: 9000000\r\n"
        client.sendall(head.encode() + b"\r\n" + b"x" * 2_000_000)
        await files.daemon.stop(signal.SIGKILL)
    (files.uploads / "left.part").write_bytes(b"half")
    await files.daemon.start()
    await until(lambda: os.listdir(files.uploads) == before)


async def test_strangers_send_nothing(files: Media) -> None:
    """They are told so while they could still send for long."""
    for head in ("POST /v2/media", "POST /v1/upload/image?token=x&userId=1"):
        with socket.create_connection(("127.0.0.1", files.daemon.port)) as client:
            client.sendall(f"{head} HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n".encode())
            client.setblocking(False)
            answer = bytearray()

            def came(client: socket.socket = client, answer: bytearray = answer) -> bool:
                try:
                    answer += client.recv(4096)
                except BlockingIOError:
                    return False
                return b"\r\n\r\n" in answer

            await until(came)
            assert b" 401 " in answer


async def test_the_quota(files: Media) -> None:
    (ann,) = await files.people("ann")
    await files.daemon.stop()
    files.daemon.environment["HICHAT_UPLOAD_QUOTA"] = "100000"
    await files.daemon.start()
    await files.upload(ann, b"x" * 50_000, "one")
    with pytest.raises(Refused) as caught:
        await files.upload(ann, b"x" * 50_000, "other")
    assert caught.value.code == "quota_exceeded"
