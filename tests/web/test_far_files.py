"""Files that are not on this machine are served as those of a folder; and nobody waits for a slow client, or for S3."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import msgspec
from twisted.internet.defer import Deferred
from twisted.web.http import datetimeToString
from twisted.web.static import NoRangeStaticProducer

from hichat.core.errors import FilesAway, NoSuchMedia
from hichat.core.ports import FileFacts
from hichat.media.addresses import make_id
from hichat.media.folder import Folder
from hichat.media.media import FarFile, Served, copy_of
from hichat.media.places import S3Place
from hichat.media.s3 import S3Files
from hichat.web import uploads
from hichat.web.uploads import download
from tests.media.samples import PNG, WEBM
from tests.support.s3 import bucket_for, client_of
from tests.support.site import SiteCase, multipart, request_bytes

CONTENT = WEBM + bytes(range(256)) * 300


class FarCase(SiteCase):
    def setUp(self) -> None:
        super().setUp()
        self.feed_by_clock()
        self.ann, self.query = self.make_user("ann")
        self.piece = uploads.FAR_PIECE
        self.patch(uploads, "FAR_PIECE", 10_000)

    def keep(self, content: bytes, name: str = "a") -> Any:
        """Upload a file to where files are."""
        path = self.directory / "came"
        path.write_bytes(content)
        with path.open("rb") as file:
            found = self.run_now(self.media.save(self.ann, copy_of(file), name))
        path.unlink()
        return found

    def link(self, found: Any, thumbnail: bool = False) -> str:
        (link,) = self.run_now(self.media.links(self.ann, [found.id]))
        return link.thumbnail if thumbnail else link.url


class SameTests(FarCase):
    def setUp(self) -> None:
        super().setUp()
        self.bucket = bucket_for(self)
        client = client_of(self.bucket)
        self.addCleanup(client.close)
        self.far = S3Files(S3Place.parse(self.bucket.url), Folder(self.directory), client)

    def both(self, target: str, method: str = "GET", **headers: str) -> Any:
        """@return: the answer, which is the same from a folder and from S3."""
        answers = []
        for files in (self.folder, self.far):
            self.media._files = files
            answer = self.fetch(target, method, **{name.replace("_", "-"): each for name, each in headers.items()})
            answer.headers.pop("date")
            answers.append((answer.status, answer.headers, answer.body))
        self.assertEqual(answers[0], answers[1], (method, headers))
        return answer

    def copy(self, found: Any, thumbnail: bool = False) -> None:
        """Put a file of the folder into S3, with the same time."""
        place = self.folder.place(found.id, thumbnail)
        with self.far.unfinished() as part:
            part.file.write(place.read_bytes())
            self.far.finish(part, found.id, thumbnail)
        facts = self.far.facts(found.id, thumbnail)
        assert facts is not None
        os.utime(place, (facts.modified, facts.modified))

    def test_every_way_to_ask(self) -> None:
        """The whole file, ranges of it, and whether it is still the one that a client has."""
        found = self.keep(CONTENT)
        self.copy(found)
        tag, size = f'"{found.id}"', len(CONTENT)
        modified = datetimeToString(self.folder.place(found.id).stat().st_mtime).decode()
        for target in (self.link(found), self.media.open_url(found)):
            answer = self.both(target)
            self.assertEqual((answer.status, answer.body), (200, CONTENT))
            self.assertEqual(answer.headers["x-content-type-options"], "nosniff")
            self.assertEqual(answer.headers["content-security-policy"], "default-src 'none'; sandbox")
            self.assertEqual((answer.headers["etag"], answer.headers["last-modified"]), (tag, modified))
            for asked, status, body in (
                ("bytes=0-0", 206, CONTENT[:1]),
                ("bytes=1-3", 206, CONTENT[1:4]),
                ("bytes=9999-10000", 206, CONTENT[9999:10001]),
                ("bytes=100-", 206, CONTENT[100:]),
                ("bytes=-2", 206, CONTENT[-2:]),
                (f"bytes=-{size + 5}", 206, CONTENT),
                (f"bytes=5-{size + 5}", 206, CONTENT[5:]),
                (f"bytes={size}-", 416, b""),
                (f"bytes={size + 1}-{size + 2}", 416, b""),
                ("bytes=0-1,5-6", 200, CONTENT),
                ("bytes=5-1", 200, CONTENT),
                ("bytes=x-", 200, CONTENT),
                ("pages=1-2", 200, CONTENT),
            ):
                answer = self.both(target, Range=asked)
                self.assertEqual((answer.status, answer.body), (status, body), asked)
                if status == 416:
                    self.assertEqual(answer.headers["content-range"], f"bytes */{size}")
            for has, status in ((tag, 206), (modified, 206), ('"other"', 200), (f"W/{tag}", 200)):
                self.assertEqual(self.both(target, Range="bytes=1-3", If_Range=has).status, status, has)
            for headers, status in (
                ({"If_None_Match": tag}, 304),
                ({"If_None_Match": '"other"'}, 200),
                ({"If_Modified_Since": modified}, 304),
                ({"If_Modified_Since": "Thu, 01 Jan 1970 00:00:01 GMT"}, 200),
                ({"If_None_Match": '"other"', "If_Modified_Since": modified}, 200),
            ):
                self.assertEqual(self.both(target, **headers).status, status, headers)
            for headers in ({}, {"Range": "bytes=1-3"}):
                answer = self.both(target, "HEAD", **headers)
                self.assertEqual((answer.status, answer.body), (200, b""))
            self.assertEqual(answer.headers["content-length"], str(size))
            self.assertEqual(self.both(target, "POST").status, 405)

    def test_thumbnails_names_and_nothing(self) -> None:
        picture, page, empty = self.keep(PNG, "Benoît.png"), self.keep(b"<html>", "page.html"), self.keep(b"\0", "e")
        for found in (picture, page, empty):
            self.copy(found)
        self.copy(picture, True)
        self.assertEqual(self.both(self.link(picture, True)).headers["content-type"], "image/webp")
        self.assertIn("Beno%C3%AEt.png", self.both(self.link(picture)).headers["content-disposition"])
        self.assertIn("attachment", self.both(self.link(page)).headers["content-disposition"])
        self.assertEqual(self.both(self.link(empty)).body, b"\0")
        target = self.link(picture)
        self.folder.remove([picture.id])
        self.far.remove([picture.id])
        for files in (self.folder, self.far):
            self.media._files = files
            self.assertEqual(self.fetch(target).status, 404)

    def test_a_bucket_that_is_gone(self) -> None:
        """That is no missing file: a client may ask again. S3 is not asked for ids that no file has."""
        found = self.keep(PNG, "a.png")
        client = client_of(self.bucket)
        self.addCleanup(client.close)
        self.media._files = S3Files(S3Place("no-such-bucket", ""), Folder(self.directory), client)
        with patch.object(client, "head_object", side_effect=client.head_object) as asked:
            unknown = self.media.open_url(msgspec.structs.replace(found, id=make_id()))
            self.assertEqual(self.fetch(unknown).status, 404)
            self.assertEqual(asked.call_count, 0)
            for target in (self.media.open_url(found), self.link(found), self.link(found, True)):
                answer = self.fetch(target)
                self.assertEqual((answer.status, answer.headers["retry-after"]), (503, "2"))

    def test_an_upload_is_in_s3_and_nowhere_else(self) -> None:
        self.media._files = self.far
        found = self.keep(PNG, "a.png")
        self.assertEqual(os.listdir(self.directory), [])
        keys = [f"some/files/{found.id}", f"some/files/{found.id}.thumbnail"]
        self.assertEqual(self.bucket.every_key(), keys)
        self.assertEqual(self.fetch(self.link(found)).body, self.bucket.get(keys[0]))


class SlowTests(FarCase):
    """Clients, or S3, that let one wait."""

    def setUp(self) -> None:
        super().setUp()
        self.reads: list[tuple[int, int, Deferred[bytes]]] = []

    def read(self, start: int, length: int) -> Deferred[bytes]:
        answer: Deferred[bytes] = Deferred()
        self.reads.append((start, length, answer))
        return answer

    def begin(self, size: int = 25_000, **headers: str) -> Any:
        """Ask for a file, whose bytes come when L{answer} says so."""
        far = FarFile("x" * 22, FileFacts(size, 1.0), self.read)
        self.root.putChild(b"far", download(Served(far, "video/webm", "a.webm", True), 60))
        connection = self.connect()
        connection.send(request_bytes("GET", "/far", headers={"Connection": "close"} | headers))
        return connection

    def answer(self, what: bytes | Exception) -> None:
        *_, answer = self.reads[-1]
        if isinstance(what, Exception):
            answer.errback(what)
        else:
            answer.callback(what)

    def asked(self) -> list[tuple[int, int]]:
        return [(start, length) for start, length, _ in self.reads]

    def test_a_piece_at_a_time(self) -> None:
        connection = self.begin()
        for size in (10_000, 10_000, 5_000):
            self.answer(b"x" * size)
        self.assertEqual(self.asked(), [(0, 10_000), (10_000, 10_000), (20_000, 5_000)])
        self.finish(connection)
        self.assertEqual(len(connection.answer().body), 25_000)

    def test_a_client_that_does_not_read(self) -> None:
        """One piece waits for it, and nothing is read meanwhile: no thread is held."""
        connection = self.begin()
        connection.protocol.pauseProducing()
        self.answer(b"x" * 10_000)
        self.assertEqual(len(self.reads), 1)
        connection.protocol.resumeProducing()
        self.assertEqual(len(self.reads), 2)
        connection.protocol.resumeProducing()
        self.assertEqual(len(self.reads), 2, "one read at a time")

    def test_many_slow_clients(self) -> None:
        """Not more waits for each than for one that reads slowly from the folder."""
        self.patch(uploads, "FAR_PIECE", self.piece)
        connection = self.begin(size=10_000_000)
        connection.protocol.pauseProducing()
        ((start, length),) = self.asked()
        self.assertEqual(start, 0)
        self.assertLessEqual(length, NoRangeStaticProducer.bufferSize * 2)
        self.answer(b"x" * length)
        self.assertEqual(len(self.reads), 1)

    def test_a_client_that_goes_away(self) -> None:
        """No further piece is read for it, whatever comes of the one under way."""
        outcomes: list[Callable[[], None]] = [
            lambda: self.answer(b"x" * 10_000),
            lambda: self.answer(FilesAway()),
            lambda: self.answer(NoSuchMedia()),
        ]
        for outcome in outcomes:
            self.reads.clear()
            connection = self.begin()
            connection.transport.loseConnection()
            outcome()
            self.assertEqual(len(self.reads), 1)

    def test_away_before_the_first_piece(self) -> None:
        """The answer is an error, as any other."""
        for error, status in ((FilesAway(), 503), (NoSuchMedia(), 404)):
            connection = self.begin(Range="bytes=1-3")
            self.answer(error)
            self.finish(connection)
            answer = connection.answer()
            self.assertEqual((answer.status, answer.json["code"]), (status, -1))
            self.assertEqual(answer.headers.get("retry-after"), "2" if status == 503 else None)
            self.assertEqual(answer.headers["cache-control"], "no-store")
            wrong = {"content-range", "accept-ranges", "content-disposition", "etag", "last-modified"}
            self.assertEqual(wrong & set(answer.headers), set())

    def test_away_in_the_middle(self) -> None:
        """The connection ends before the length that was told: the client sees that it has not all."""
        for what in (FilesAway(), b"", b"x" * 15_001):
            connection = self.begin()
            self.answer(b"x" * 10_000)
            self.answer(what)
            self.assertFalse(connection.transport.connected)
            head, _, body = connection.received().partition(b"\r\n\r\n")
            self.assertIn(b"Content-Length: 25000", head)
            self.assertEqual(len(body), 10_000)


class AwayFiles:
    """A store that can make unfinished files, and cannot be reached."""

    shared = True

    def __init__(self, folder: Folder) -> None:
        self.scratch, self.unfinished = folder.scratch, folder.unfinished

    def place(self, id: str, thumbnail: bool) -> None:
        return None

    def away(self, *_: Any, **__: Any) -> Any:
        raise FilesAway

    facts = read = finish = remove = check = away


class AwayTests(FarCase):
    """The files are away."""

    def setUp(self) -> None:
        super().setUp()
        self.found = self.keep(PNG, "a.png")
        self.target = self.link(self.found)
        self.media._files = AwayFiles(self.folder)

    def test_v2(self) -> None:
        token = self.token_of(self.ann.id)
        for method, path, content in (
            ("POST", "/media?name=a", PNG),
            ("POST", "/media?name=a", b"x"),
            ("GET", self.target.removeprefix("/v2"), b""),
            ("GET", self.link(self.found, True).removeprefix("/v2"), b""),
        ):
            headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"} if content else {}
            answer = self.request(method, f"/v2{path}", content, **headers)
            self.checker.check(method, f"/v2{path}", answer.status, answer.headers, answer.body)
            self.assertEqual((answer.status, answer.json["code"], answer.json["retryAfter"]), (503, "files_away", 2.0))
            self.assertEqual(answer.headers["retry-after"], "2")
        self.assertEqual(self.media.keeping.count, 0)
        self.assertEqual([name for name in os.listdir(self.directory) if name.endswith(".part")], [])

    def test_v1(self) -> None:
        body, kind = multipart({}, [("file", "a.png", PNG)])
        answer = self.request("POST", f"/v1/upload/image{self.query}", body, Content_Type=kind)
        self.assertEqual((answer.status, answer.json["code"]), (200, -1))
        self.assertEqual(answer.json["Msg"], FilesAway.zh)
        answer = self.fetch(self.media.open_url(self.found))
        self.assertEqual((answer.status, answer.json["code"], answer.headers["retry-after"]), (503, -1, "2"))
