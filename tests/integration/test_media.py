"""Files with a real process: over both dialects, half ones, and with two workers."""

from __future__ import annotations

import io
import json
import os
import signal
import socket
from pathlib import Path
from typing import ClassVar

import treq
from PIL import Image
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater
from twisted.web.http_headers import Headers

from hichat.client.http import Api, Session
from hichat.client.media import Uploaded
from hichat.client.wire import Credentials, FileTrouble, Refused
from tests.integration.daemon import reactor as installed_reactor
from tests.integration.daemon import until
from tests.integration.devices import Person
from tests.integration.test_v2 import V2Case
from tests.media.samples import PNG, SECRET, WEBM
from tests.web.support import multipart


class MediaTests(V2Case):
    def session(self, who: Person) -> Session:
        return Session(Api(installed_reactor, self.daemon.url, language="en"), Credentials(*who))

    async def upload(self, who: Person, content: bytes, name: str) -> Uploaded:
        path = self.daemon.directory / name
        path.write_bytes(content)
        return await self.session(who).media_calls.upload(path)

    async def test_one_that_is_too_large(self) -> None:
        """The answer comes while the file is still being sent: that stops, and nothing is logged of it."""
        (ann,) = await self.people("ann")
        with self.assertRaises(Refused) as refused:
            await self.upload(ann, bytes(30 * 1024**2), "film")
        self.assertEqual(str(refused.exception), "the request is too large: at most 10 MB")
        await deferLater(installed_reactor, 0.2)

    async def test_pictures_that_take_much(self) -> None:
        """They are taken in, and what they take is not the daemon's."""
        (ann,) = await self.people("ann")
        content = io.BytesIO()
        Image.new("RGB", (8000, 5000), "teal").save(content, "WEBP", lossless=True, method=0)
        self.assertLess(len(content.getvalue()), 2000)
        await self.upload(ann, PNG, "small.png")
        before = self.most_memory()
        for number in range(3):
            found = await self.upload(ann, content.getvalue(), f"{number}.webp")
            self.assertEqual(found.kind, "picture")
        self.assertLess(self.most_memory() - before, 20)

    async def test_a_decoder_that_is_killed(self) -> None:
        """Uploads go on, and nothing is left of what it was doing."""
        (ann,) = await self.people("ann")
        await self.upload(ann, PNG, "small.png")
        uploads = [Deferred.fromCoroutine(self.upload(ann, PNG, f"{number}.png")) for number in range(10)]
        for pid in self.daemon.children():
            if b"hichat.media.decoder" in Path(f"/proc/{pid}/cmdline").read_bytes():
                os.kill(pid, signal.SIGKILL)
        for each in uploads:
            self.assertEqual((await each).kind, "picture")
        self.assertEqual(list(self.uploads.glob("*.part")), [])

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

    async def test_a_story(self) -> None:
        ann, bob, eve = await self.people("ann", "bob", "eve")
        a, b = await self.enter(ann), await self.enter(bob)
        (old,) = await self.online(bob)
        found = await self.upload(ann, PNG, "a.png")
        self.assertEqual((found.kind, found.name), ("picture", "a.png"))

        # Nobody else may use it, and who may not see it gets no link.
        refused = await b.ask("error", "send", user=eve[0], media="picture", url=found.url)
        self.assertEqual((refused["code"], "retryAfter" in refused), ("no_such_media", False))
        self.assertEqual(await self.session(bob).media_calls.links([found.id]), [])

        # From v2 to both dialects: the one has a name for it, the other a link that needs no credentials.
        await a.ask("ack", "send", user=bob[0], media="picture", url=found.url, name=found.name)
        await self.hears(b, kind="message", media="picture", url=found.url, name="a.png")
        (frame,) = await old.heard(1)
        said = json.loads(frame)
        self.assertEqual((said["Media"], said["userId"]), (4, ann[0]))
        status, content = await self.get_bytes(said["url"])
        self.assertEqual((status, content[:8]), (200, PNG[:8]))
        self.assertNotIn(SECRET, content)
        (link,) = await self.session(bob).media_calls.links([found.id])
        self.assertEqual(await self.get_bytes(link.url), (200, content))
        self.assertEqual(await self.get_bytes(link.url, Range="bytes=1-3"), (206, b"PNG"))
        status, _ = await self.get_bytes(link.url[:-1])
        self.assertEqual(status, 403)
        self.assertEqual((await self.get_bytes(link.thumbnail))[0], 200)
        saved = self.daemon.directory / "saved.png"
        self.assertEqual(await self.session(bob).media_calls.save(found.url, saved), len(content))
        self.assertEqual(saved.read_bytes(), content)
        with self.assertRaises(FileTrouble):
            await self.session(eve).media_calls.save(found.url, self.daemon.directory / "eve.png")
        self.assertFalse((self.daemon.directory / "eve.png").exists())

        # From v1 to v2.
        body, kind = multipart({"filetype": "webm"}, [("file", "blob", WEBM)])
        response = await treq.post(
            f"{self.daemon.url}/v1/upload/image?token={bob[1]}&userId={bob[0]}",
            data=body,
            headers=Headers({"Content-Type": [kind]}),
            persistent=False,
        )
        url = (await response.json())["Data"]
        old.say(userId=bob[0], TargetId=ann[0], Type=1, Media=3, Content="", url=url, amount=3)
        await self.hears(a, kind="message", media="audio", url=url, seconds=3)
        self.assertEqual(await self.get_bytes(url), (200, WEBM))

        # A crash changes nothing of that.
        await self.daemon.stop(signal.SIGKILL)
        await self.daemon.start()
        self.assertEqual(await self.get_bytes(link.url), (200, content))
        self.assertEqual(await self.get_bytes(url), (200, WEBM))

    async def test_a_crash_while_a_file_comes(self) -> None:
        (ann,) = await self.people("ann")
        await self.upload(ann, b"x", "whole")
        before = os.listdir(self.uploads)
        with socket.create_connection(("127.0.0.1", self.daemon.port)) as client:
            head = (
                f"POST /v2/media HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {ann[1]}\r\nContent-Length: 9000000\r\n"
            )
            client.sendall(head.encode() + b"\r\n" + b"x" * 2_000_000)
            await self.daemon.stop(signal.SIGKILL)
        (self.uploads / "left.part").write_bytes(b"half")
        await self.daemon.start()
        await until(lambda: os.listdir(self.uploads) == before)

    async def test_strangers_send_nothing(self) -> None:
        """They are told so while they could still send for long."""
        for head in ("POST /v2/media", "POST /v1/upload/image?token=x&userId=1"):
            with socket.create_connection(("127.0.0.1", self.daemon.port)) as client:
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
                self.assertIn(b" 401 ", answer)

    async def test_the_quota(self) -> None:
        (ann,) = await self.people("ann")
        await self.daemon.stop()
        self.daemon.environment["HICHAT_UPLOAD_QUOTA"] = "100000"
        await self.daemon.start()
        await self.upload(ann, b"x" * 50_000, "one")
        with self.assertRaises(Refused) as caught:
            await self.upload(ann, b"x" * 50_000, "other")
        self.assertEqual(caught.exception.code, "quota_exceeded")


class MediaWithTwoWorkersTests(MediaTests):
    settings: ClassVar[dict[str, str]] = {"WORKERS": "2"}
