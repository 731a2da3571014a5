"""Exports from a running daemon: made while they are read, by a process of their own."""

from __future__ import annotations

import io
import json
import os
import socket
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import treq
from twisted.web.http_headers import Headers

from hichat.client.http import Api, Session
from hichat.client.media import Uploaded
from hichat.client.wire import Credentials, FileTrouble, Refused
from hichat.personal.exports import EXPORT_RATE
from tests.integration.system import V2System
from tests.media.samples import PNG
from tests.support.daemon import STOPPED, until
from tests.support.daemon import reactor as installed_reactor
from tests.support.devices import Person
from tests.support.s3 import SECRET_KEY, bucket_for
from tests.support.scene import fixture_of

MODULE = "hichat.daemon.exporting"


class OwnData(V2System):
    """A daemon, and people who want their data."""

    def session(self, who: Person) -> Session:
        return Session(Api(installed_reactor, self.daemon.url, language="en"), Credentials(*who))

    async def upload(self, who: Person, content: bytes, name: str) -> Uploaded:
        path = self.daemon.directory / name
        path.write_bytes(content)
        return await self.session(who).media_calls.upload(path)

    async def ask(self, who: Person, **fields: str) -> tuple[int, Any]:
        """Ask for a link."""
        headers = Headers({"Authorization": [f"Bearer {who[1]}"]})
        url = f"{self.daemon.url}/v2/me/export"
        response = await treq.post(url, json=fields, headers=headers, persistent=False)
        return response.code, await response.json()

    async def get(self, path: str) -> tuple[int, bytes, Headers]:
        response = await treq.get(self.daemon.url + path, persistent=False)
        return response.code, await response.content(), response.headers

    async def export(self, who: Person, **fields: str) -> zipfile.ZipFile:
        code, link = await self.ask(who, **fields)
        assert code == 200, link
        code, content, headers = await self.get(link["url"])
        assert code == 200, content
        assert headers.getRawHeaders("content-type") == ["application/zip"]
        return zipfile.ZipFile(io.BytesIO(content))

    def processes(self) -> list[int]:
        """@return: the export processes of the daemon."""
        return self.daemon.running(MODULE)


class OwnDataInS3(OwnData):
    """The same, with files in S3."""

    def make_daemon(self) -> None:
        super().make_daemon()
        self.daemon.environment |= self.bucket.environment()

    def store(self) -> dict[str, str]:
        self.bucket = bucket_for(self)
        return {"MEDIA": self.bucket.url}

    async def tear_down(self) -> None:
        await super().tear_down()
        assert SECRET_KEY not in self.daemon.log.read_text()


own_data = fixture_of(OwnData)
wherever_files_are = fixture_of(OwnData, OwnDataInS3)


async def test_all_of_it(wherever_files_are: OwnData) -> None:
    """Messages and files are in it, also those in S3."""
    scene = wherever_files_are
    ann, bob = await scene.people("ann", "bob")
    file = await scene.upload(ann, PNG, "a picture.png")
    peer = await scene.enter(ann)
    await peer.ask("ack", "send", counter=1, user=bob[0], text="hi", media="picture", url=file.url)
    found = await scene.export(bob, language="zh")
    assert found.testzip() is None
    (name,) = [name for name in found.namelist() if name.startswith("files/")]
    assert name.endswith("/a picture.png")
    assert "bob 的数据" in found.read("index.html").decode()
    (message,) = found.read(f"conversations/user-{ann[0]}-ann/messages.jsonl").splitlines()
    assert json.loads(message)["text"] == "hi"


async def test_the_library(own_data: OwnData) -> None:
    """It saves one's own and, for an owner, those of others, each whole or not at all; the audit log says by whom."""
    ann, bob = await own_data.people("ann", "bob")
    own_data.daemon.command("user", "role", own_data.named("ann"), "owner")
    owner: Person = (ann[0], own_data.daemon.issue(own_data.named("ann")))
    peer = await own_data.enter(bob)
    await peer.ask("ack", "send", counter=1, user=bob[0], text="note to oneself")
    folder = own_data.daemon.directory
    calls, others = own_data.session(bob).personal_calls, own_data.session(owner).personal_calls
    size = await calls.export(folder / "own.zip")
    assert (folder / "own.zip").stat().st_mode & 0o777 == 0o600
    assert (folder / "own.zip").stat().st_size == size
    await others.export_person(bob[0], folder / "others.zip", "zh")
    for name, title in (("own.zip", "The data of bob"), ("others.zip", "bob 的数据")):
        with zipfile.ZipFile(folder / name) as found:
            assert found.testzip() is None
            assert title in found.read("index.html").decode()
            assert b"note to oneself" in found.read(f"conversations/user-{bob[0]}-bob/messages.jsonl")
    with pytest.raises(FileTrouble):
        await calls.export(folder / "own.zip")
    with pytest.raises(Refused) as caught:
        await calls.export_person(ann[0], folder / "not.zip")
    assert caught.value.code == "not_administrator"
    assert not (folder / "not.zip").exists()

    def acts() -> list[tuple[str, str, str]]:
        audited = own_data.daemon.command("audit", "--json", "--user", own_data.named("bob"))
        entries = [json.loads(line) for line in audited.splitlines()]
        return sorted(
            (entry["act"], entry["actorName"], entry["outcome"]) for entry in entries if "export" in entry["act"]
        )

    await until(lambda: len(acts()) == 5)
    one, two = own_data.named("ann"), own_data.named("bob")
    assert acts() == [
        ("admin_export_person", one, "ok"),
        ("admin_link_export", one, "ok"),
        ("admin_link_export", two, "not_administrator"),
        ("export_me", two, "ok"),
        ("link_export", two, "ok"),
    ]


async def test_links(own_data: OwnData) -> None:
    """A link is one person's, for a minute; there are a few of them a day."""
    ann, bob = await own_data.people("ann", "bob")
    await own_data.export(ann)
    _, link = await own_data.ask(ann)
    for wrong in (link["url"].replace(f"user={ann[0]}", f"user={bob[0]}"), link["url"].replace("until=", "until=1")):
        code, content, _ = await own_data.get(wrong)
        assert (code, json.loads(content)["code"]) == (403, "bad_link")
    answers = [(await own_data.ask(ann))[0] for _ in range(EXPORT_RATE.attempts)]
    assert answers == [200] * (EXPORT_RATE.attempts - 2) + [429] * 2
    assert (await own_data.ask(bob))[0] == 200

    def counts() -> Counter[tuple[str, str]]:
        audited = own_data.daemon.command("audit", "--json", "--user", own_data.named("ann"))
        return Counter((entry["act"], entry["outcome"]) for entry in map(json.loads, audited.splitlines()))

    await until(lambda: counts()["link_export", "too_many_attempts"])
    found = counts()
    assert (found["export_me", "ok"], found["link_export", "ok"]) == (1, EXPORT_RATE.attempts)


async def test_somebody_who_does_not_read(own_data: OwnData) -> None:
    """Nothing is made that is not read; who goes away leaves nothing behind; the daemon's end ends it."""
    ann, bob = await own_data.people("ann", "bob")
    for number in range(3):
        await own_data.upload(ann, os.urandom(9_000_000), f"{number}.bin")

    async def hang() -> socket.socket:
        code, link = await own_data.ask(ann)
        assert code == 200, link
        client = socket.create_connection(("127.0.0.1", own_data.daemon.port))
        client.sendall(f"GET {link['url']} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        await until(lambda: len(own_data.processes()) == 1)
        return client

    client = await hang()
    code, answer = await own_data.ask(ann)
    assert (code, answer["code"]) == (503, "busy")
    await own_data.export(bob)
    await until(lambda: len(own_data.processes()) == 1)
    (process,) = own_data.processes()
    before = Path(f"/proc/{process}/status").read_text()
    assert int(before.partition("VmHWM:")[2].split()[0]) < 200_000
    client.close()
    await until(lambda: not own_data.processes())
    found = await own_data.export(ann)
    assert sum(info.file_size for info in found.infolist()) > 27_000_000
    client = await hang()
    assert await own_data.daemon.stop() == STOPPED
    client.close()
    assert own_data.processes() == []
