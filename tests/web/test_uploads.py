"""Tests for L{hichat.web.uploads}."""

import io
import os
import stat

from twisted.internet.defer import CancelledError, Deferred, inlineCallbacks
from twisted.trial.unittest import SynchronousTestCase, TestCase

from hichat.errors import FormTooLarge, InvalidField, MalformedForm, NotStored, UnknownFileType
from hichat.web.uploads import Uploads, file_type_of
from tests.web.support import UPLOAD_LIMIT, SiteCase, SiteFixture, multipart, request_bytes

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4
WEBM = bytes.fromhex("1a45dfa39f4286810142f7810142f2810442f381084282847765626d4287810442858102") + b"\0" * 100
MATROSKA = bytes.fromhex("1a45dfa3a34286810142f7810142f2810442f381084282886d6174726f736b61") + b"\0" * 100

SAMPLES = (
    ("png", PNG),
    ("jpg", b"\xff\xd8\xff\xe0\0\x10JFIF\0"),
    ("gif", b"GIF89a\1\0\1\0"),
    ("gif", b"GIF87a\1\0\1\0"),
    ("webp", b"RIFF\x24\0\0\0WEBPVP8 "),
    ("wav", b"RIFF\x24\n\n\0WAVEfmt "),
    ("webm", WEBM),
    ("mka", MATROSKA),
    ("ogg", b"OggS\0\2" + b"\0" * 20),
    ("m4a", b"\0\0\0\x1cftypM4A \0\0\0\0"),
    ("m4a", b"\0\0\0\x1cftypisom\0\0\2\0"),
    ("mp3", b"ID3\x04\0\0\0\0\0\0"),
    ("mp3", b"\xff\xfb\x90\x64"),
    ("mp3", b"\xff\xf3\x40\xc4"),
)

OTHERS = (
    b"",
    b"\x89PNG",
    b"<svg xmlns='http://www.w3.org/2000/svg'>",
    b"<!DOCTYPE html><script>",
    b"%PDF-1.7",
    b"PK\3\4",
    b"MZ\x90\0",
    b"GIF88a",
    b"RIFF\0\0\0\0AVI ",
    b"\0\0\0\x1cftypheic",
    b"\xff\xff\xff\xff",
    b"\xff\xf1\x50\x80",
    b"\x1aE\xdf\xa3" + b"\0" * 40,
    b" " + PNG,
)


class Types(SynchronousTestCase):
    def test_known(self):
        for extension, content in SAMPLES:
            self.assertEqual(file_type_of(content).extension, extension, content[:16])

    def test_others(self):
        for content in OTHERS:
            with self.assertRaises(UnknownFileType, msg=content[:16]):
                file_type_of(content)


class UploadsCase(SiteCase):
    def setUp(self):
        super().setUp()
        _, self.as_ann = self.make_user("Ann")

    def kept(self):
        return sorted(os.listdir(self.directory))

    def upload(self, content, fields=None, filename="x.html", name="file", **headers):
        body, kind = multipart(fields or {}, [(name, filename, content)])
        return self.request("POST", f"/v1/upload/image{self.as_ann}", body, Content_Type=kind, **headers)


class Uploading(UploadsCase):
    def refused(self, answer, message):
        self.assertEqual(answer.status, 200)
        self.assertEqual((answer.json["Code"], answer.json["Data"], answer.json["Msg"]), (-1, None, message))
        self.assertEqual((answer.json["code"], answer.json["message"]), (-1, message))
        self.assertEqual(self.kept(), [])

    def test_picture(self):
        answer = self.upload(PNG)
        (name,) = self.kept()
        self.assertRegex(name, r"\A[0-9a-f]{32}\.png\Z")
        self.assertEqual(
            (answer.status, answer.json), (200, {"Code": 0, "Data": f"/uploads/{name}", "Msg": "上传成功"})
        )
        self.assertEqual((self.directory / name).read_bytes(), PNG)
        self.assertEqual(stat.S_IMODE((self.directory / name).stat().st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(self.directory.stat().st_mode), 0o700)

    def test_voice_as_the_page_sends_it(self):
        answer = self.upload(WEBM, {"filetype": "webm", "userid": "1"}, "blob")
        self.assertRegex(answer.json["Data"], r"\A/uploads/[0-9a-f]{32}\.webm\Z")

    def test_every_type(self):
        for extension, content in SAMPLES:
            self.assertTrue(self.upload(content).json["Data"].endswith(f".{extension}"))

    def test_every_name_is_another(self):
        self.assertNotEqual(self.upload(PNG).json["Data"], self.upload(PNG).json["Data"])

    def test_boundary_lookalikes_inside(self):
        content = (PNG + b"\r\n--xY\r\n--xY" * 20_000)[:UPLOAD_LIMIT]
        name = self.upload(content).json["Data"].rpartition("/")[2]
        self.assertEqual((self.directory / name).read_bytes(), content)

    def test_other_content(self):
        for content in OTHERS:
            self.refused(self.upload(content, filename="x.png"), "不支持的文件类型")

    def test_too_large(self):
        self.refused(self.upload(PNG + b"x" * UPLOAD_LIMIT), "提交的内容过大")

    def test_no_file(self):
        self.refused(self.upload(PNG, name="other"), "字段无效: file")
        body, kind = multipart({"filetype": "webm"})
        answer = self.request("POST", f"/v1/upload/image{self.as_ann}", body, Content_Type=kind)
        self.refused(answer, "字段无效: file")

    def test_malformed(self):
        body, kind = multipart({}, [("file", "x", PNG)])
        for bad_kind, bad in (
            ("application/json", b"{}"),
            ("multipart/form-data", body),
            (kind, body[:-10]),
            (kind, body[: len(body) // 2]),
            (kind, b""),
        ):
            answer = self.request("POST", f"/v1/upload/image{self.as_ann}", bad, Content_Type=bad_kind)
            self.refused(answer, "提交的内容格式不正确")

    def test_nobody(self):
        body, kind = multipart({}, [("file", "x", PNG)])
        self.assertEqual(self.request("POST", "/v1/upload/image", body, Content_Type=kind).status, 401)
        self.assertEqual(self.kept(), [])

    def test_disk_fails(self):
        def full(_descriptor):
            raise OSError(28, "No space left on device")

        self.patch(os, "fsync", full)
        self.refused(self.upload(PNG), "消息未能保存，请重试")
        self.assertEqual(len(self.flushLoggedErrors(OSError)), 1)


class Saving(UploadsCase):
    """What L{Uploads} does when its caller goes away."""

    def setUp(self):
        super().setUp()
        self.threads = []
        self.uploads = Uploads(self.directory, self.run_later, UPLOAD_LIMIT)
        body, self.kind = multipart({}, [("file", "x", PNG)])
        self.saving = Deferred.fromCoroutine(self.uploads.save(io.BytesIO(body), self.kind))

    def run_later(self, function, /, *args, **kwargs):
        answer: Deferred[str] = Deferred()
        self.threads.append((answer, lambda: function(*args, **kwargs)))
        return answer

    def finish_thread(self):
        answer, work = self.threads.pop()
        answer.callback(work())

    def test_saved(self):
        self.finish_thread()
        self.assertEqual(self.kept(), [self.successResultOf(self.saving)])

    def test_gone_before_the_thread_is_done(self):
        self.saving.cancel()
        self.failureResultOf(self.saving, CancelledError)
        self.finish_thread()
        self.assertEqual(self.kept(), [])

    def test_gone_when_the_thread_is_just_done(self):
        answer, work = self.threads.pop()
        name = work()
        self.assertEqual(self.kept(), [name])
        self.saving.cancel()
        answer.callback(name)
        self.failureResultOf(self.saving, CancelledError)
        self.assertEqual(self.kept(), [])

    def test_gone_and_the_thread_fails(self):
        self.saving.cancel()
        answer, _ = self.threads.pop()
        answer.errback(OSError())
        self.failureResultOf(self.saving, CancelledError)
        self.assertEqual(self.flushLoggedErrors(), [])

    def test_start_removes_what_a_crash_left(self):
        (self.directory / "tmpx.part").write_bytes(b"half")
        (self.directory / f"{'0' * 32}.png").write_bytes(PNG)
        self.uploads.start()
        self.assertEqual(self.kept(), [f"{'0' * 32}.png"])

    def test_refusals_are_raised(self):
        body, kind = multipart({}, [("file", "x", b"x" * (UPLOAD_LIMIT + 1))])
        for content, error in (
            (body, FormTooLarge),
            (multipart({}, [("file", "x", b"x")])[0], UnknownFileType),
            (multipart({"file2": "x"})[0], InvalidField),
            (b"x", MalformedForm),
        ):
            saving = Deferred.fromCoroutine(self.uploads.save(io.BytesIO(content), kind))
            answer, work = self.threads.pop()
            try:
                work()
            except error:
                answer.errback()
            self.failureResultOf(saving, error)
        self.assertEqual(self.kept(), [])

    def test_directory_is_gone(self):
        self.directory.rmdir()
        answer, work = self.threads.pop()
        try:
            work()
        except OSError:
            answer.errback()
        self.failureResultOf(self.saving, NotStored)
        self.assertEqual(len(self.flushLoggedErrors(OSError)), 1)


class Serving(SiteFixture, TestCase):
    """These run on the reactor: twisted.web feeds files through the global cooperator."""

    def setUp(self):
        self.build()
        self.name = f"{'0123456789abcdef' * 2}.png"
        (self.directory / self.name).write_bytes(PNG)

    @inlineCallbacks
    def fetch(self, target, method="GET", **headers):
        connection = self.connect()
        connection.send(request_bytes(method, target, headers={"Connection": "close", **headers}))
        yield connection.transport.lost
        return connection.answer(method)

    @inlineCallbacks
    def test_without_credentials(self):
        answer = yield self.fetch(f"/uploads/{self.name}")
        self.assertEqual((answer.status, answer.body), (200, PNG))
        self.assertEqual(answer.headers["content-type"], "image/png")
        self.assertEqual(answer.headers["x-content-type-options"], "nosniff")
        self.assertEqual(answer.headers["content-security-policy"], "default-src 'none'; sandbox")
        self.assertEqual(answer.headers["cache-control"], "private, max-age=31536000, immutable")
        self.assertEqual(answer.headers["accept-ranges"], "bytes")

    @inlineCallbacks
    def test_voice(self):
        name = f"{'0' * 32}.webm"
        (self.directory / name).write_bytes(WEBM)
        answer = yield self.fetch(f"/uploads/{name}?x=1")
        self.assertEqual((answer.headers["content-type"], answer.body), ("audio/webm", WEBM))

    @inlineCallbacks
    def test_head(self):
        answer = yield self.fetch(f"/uploads/{self.name}", "HEAD")
        self.assertEqual((answer.status, answer.headers["content-length"]), (200, str(len(PNG))))
        self.assertEqual((answer.body, answer.headers["x-content-type-options"]), (b"", "nosniff"))

    @inlineCallbacks
    def test_range(self):
        answer = yield self.fetch(f"/uploads/{self.name}", Range="bytes=1-3")
        self.assertEqual((answer.status, answer.body), (206, b"PNG"))
        self.assertEqual(answer.headers["content-range"], f"bytes 1-3/{len(PNG)}")
        answer = yield self.fetch(f"/uploads/{self.name}", Range="bytes=-2")
        self.assertEqual(answer.body, b"\xfe\xff")

    @inlineCallbacks
    def test_many_ranges_are_one(self):
        answer = yield self.fetch(f"/uploads/{self.name}", Range="bytes=" + ",".join(["0-"] * 1000))
        self.assertEqual((answer.status, answer.body), (200, PNG))

    @inlineCallbacks
    def test_not_modified(self):
        answer = yield self.fetch(f"/uploads/{self.name}")
        again = yield self.fetch(f"/uploads/{self.name}", **{"If-Modified-Since": answer.headers["last-modified"]})
        self.assertEqual((again.status, again.body), (304, b""))

    @inlineCallbacks
    def test_nothing_else_is_served(self):
        (self.directory / "tmpx.part").write_bytes(b"half")
        (self.directory / "secret.png").write_bytes(b"x")
        (self.directory / f"{'1' * 32}.html").write_bytes(b"x")
        (self.directory / f"{'2' * 32}.png").mkdir()
        (self.directory.parent / f"{'3' * 32}.png").write_bytes(PNG)
        for path in (
            "",
            "/",
            "/tmpx.part",
            "/secret.png",
            f"/{'1' * 32}.html",
            f"/{'2' * 32}.png",
            f"/{'2' * 32}.png/",
            f"/../{'3' * 32}.png",
            f"/..%2f{'3' * 32}.png",
            f"/{'4' * 32}.png",
            f"/{self.name}/",
            f"/{self.name}/x",
            f"/{self.name}%00",
            f"/{self.name.upper()}",
            "/%ff",
        ):
            answer = yield self.fetch(f"/uploads{path}")
            self.assertEqual((answer.status, answer.json["code"]), (404, -1), path)

    @inlineCallbacks
    def test_only_reading(self):
        for method in ("POST", "DELETE", "PUT"):
            answer = yield self.fetch(f"/uploads/{self.name}", method)
            self.assertEqual((answer.status, answer.headers["allow"]), (405, "GET, HEAD"))
