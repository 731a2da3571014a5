"""Tests for L{hichat.web.uploads}."""

import os
import random
import re
import stat
from pathlib import Path
from urllib.parse import unquote

from twisted.internet.defer import CancelledError, Deferred
from twisted.trial.unittest import SynchronousTestCase

from hichat.core.errors import FormTooLarge, NotStored
from hichat.media import pictures
from hichat.media.media import Served, copy_of
from hichat.media.names import clean_name
from hichat.media.records import StoredFile
from hichat.web.uploads import disposition
from tests.media.samples import AUDIO, FILES, FILMS, PICTURES, PNG, SECRET, WEBM
from tests.support.site import QUOTA, UPLOAD_LIMIT, SiteCase, SiteFixture, multipart


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
        name, thumbnail = self.kept()
        self.assertEqual(thumbnail, f"{name}.thumbnail")
        url = answer.json["Data"]
        self.assertEqual((answer.status, answer.json), (200, {"Code": 0, "Data": url, "Msg": "上传成功"}))
        self.assertRegex(url, rf"\A/uploads/{name}-[\w-]{{22}}\.png\Z")
        content = (self.directory / name).read_bytes()
        self.assertTrue(content.startswith(PNG[:8]))
        self.assertNotIn(SECRET, content)
        self.assertEqual(stat.S_IMODE((self.directory / name).stat().st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(self.directory.stat().st_mode), 0o700)

    def test_voice_as_the_page_sends_it(self):
        answer = self.upload(WEBM, {"filetype": "webm", "userid": "1"}, "blob")
        self.assertRegex(answer.json["Data"], r"\A/uploads/[\w-]{45}\.webm\Z")
        (name,) = self.kept()
        self.assertEqual((self.directory / name).read_bytes(), WEBM)

    def test_every_type(self):
        for media_type, content in (*PICTURES, *AUDIO):
            self.assertEqual(self.upload(content).json["Code"], 0, media_type)

    def test_every_name_is_another(self):
        self.assertNotEqual(self.upload(PNG).json["Data"], self.upload(PNG).json["Data"])

    def test_boundary_lookalikes_inside(self):
        content = (WEBM + b"\r\n--xY\r\n--xY" * 20_000)[:UPLOAD_LIMIT]
        self.upload(content)
        (name,) = self.kept()
        self.assertEqual((self.directory / name).read_bytes(), content)

    def test_other_content(self):
        for _, content in (*FILES, *FILMS):
            self.refused(self.upload(content, filename="x.png"), "不支持的文件类型")

    def test_damaged(self):
        self.refused(self.upload(PNG[: len(PNG) // 2]), "图片已损坏")

    def test_huge_part_headers(self):
        """They are neither kept nor taken for the file."""
        for header in (f"X: {'x' * 60_000}", "\r\n".join(f"X-{number}: y" for number in range(5000))):
            body, kind = multipart({}, [("file", "x", PNG)])
            self.refused(
                self.request(
                    "POST",
                    f"/v1/upload/image{self.as_ann}",
                    body.replace(b"\r\n\r\n", f"\r\n{header}\r\n\r\n".encode(), 1),
                    Content_Type=kind,
                ),
                "提交的内容格式不正确",
            )

    def test_many_parts(self):
        body, kind = multipart({f"f{number}": "x" for number in range(1000)}, [("file", "x", PNG)])
        answer = self.request("POST", f"/v1/upload/image{self.as_ann}", body, Content_Type=kind)
        self.refused(answer, "提交的内容格式不正确")

    def test_quota(self):
        while self.upload(WEBM + b"x" * 100_000).json["Code"] == 0:
            self.assertLess(len(self.kept()), 10)
        before = self.kept()
        answer = self.upload(WEBM + b"x" * 100_000)
        self.assertEqual((answer.status, answer.json["Msg"]), (200, "你的存储空间已满"))
        self.assertEqual(self.kept(), before)
        self.assertLessEqual(sum((self.directory / name).stat().st_size for name in before), QUOTA)

    def test_too_large(self):
        self.refused(self.upload(PNG + b"x" * UPLOAD_LIMIT), "提交的内容过大，最多 195.3 KB")

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
        self.assertEqual(self.media.keeping.count, 1)

        def no_room(*_):
            raise OSError(28, "No space left on device")

        self.patch(pictures, "_write", no_room)
        self.refused(self.upload(PNG), "消息未能保存，请重试")
        self.assertEqual(self.media.keeping.count, 2)


class Saving(UploadsCase):
    """What L{MediaStore} does when its caller goes away."""

    def setUp(self):
        super().setUp()
        self.threads = []
        self.media = self.make_media(self.run_later)
        self.ann, _ = self.make_user("Another Ann")
        self.content = WEBM
        self.saving = Deferred.fromCoroutine(self.media.save(self.ann, self.copy))

    def copy(self, file, limit):
        file.write(self.content)

    def run_later(self, function, /, *args, **kwargs):
        answer: Deferred[StoredFile] = Deferred()
        self.threads.append((answer, lambda: function(*args, **kwargs)))
        return answer

    def finish_thread(self):
        answer, work = self.threads.pop(0)
        try:
            done = work()
        except Exception:
            answer.errback()
        else:
            answer.callback(done)

    def test_saved(self):
        self.finish_thread()
        self.assertEqual(self.kept(), [self.successResultOf(self.saving).id])

    def test_gone_before_the_thread_is_done(self):
        self.saving.cancel()
        self.failureResultOf(self.saving, CancelledError)
        self.finish_thread()
        self.finish_thread()
        self.assertEqual(self.kept(), [])

    def test_gone_when_the_thread_is_just_done(self):
        answer, work = self.threads.pop()
        kept = work()
        self.assertEqual(self.kept(), [kept.id])
        self.saving.cancel()
        answer.callback(kept)
        self.failureResultOf(self.saving, CancelledError)
        self.finish_thread()
        self.assertEqual(self.kept(), [])

    def test_gone_and_the_thread_fails(self):
        self.saving.cancel()
        answer, _ = self.threads.pop()
        answer.errback(OSError())
        self.failureResultOf(self.saving, CancelledError)
        self.assertEqual(self.flushLoggedErrors(), [])

    def test_no_room_any_more_when_it_is_there(self):
        """Others of the same user were faster."""
        self.content = WEBM + b"x" * QUOTA
        self.finish_thread()
        self.assertEqual(len(self.kept()), 1)
        self.finish_thread()
        self.failureResultOf(self.saving, Exception)
        self.assertEqual(self.kept(), [])

    def test_the_store_fails(self):
        def away(*_args):
            raise OSError("the store is away")

        self.patch(self.store, "in_writer", away)
        self.finish_thread()
        self.finish_thread()
        self.failureResultOf(self.saving, NotStored)
        self.assertEqual(self.media.keeping.count, 1)
        self.assertEqual(self.kept(), [])

    def test_directory_is_gone(self):
        self.directory.rmdir()
        self.finish_thread()
        self.failureResultOf(self.saving, NotStored)
        self.assertEqual(self.media.keeping.count, 1)

    def test_larger_than_announced(self):
        with open(self.directory / "x", "w+b") as file, self.assertRaises(FormTooLarge):
            copy_of(self.directory.joinpath("x").open("rb"))(file, -1)
        (self.directory / "x").unlink()


class Dispositions(SynchronousTestCase):
    """RFC 6266 and 8187: every browser gets a name that it can read, and the right one if it can read that."""

    def test_names(self):
        for name, plain, encoded in (
            ("a b.txt", "a b.txt", "a%20b.txt"),
            (".bashrc", ".bashrc", ".bashrc"),
            ("Benoît.pdf", "Benoit.pdf", "Beno%C3%AEt.pdf"),
            ("e\u0301te\u0301.txt", "ete.txt", "e%CC%81te%CC%81.txt"),
            ("照片.png", "__.png", "%E7%85%A7%E7%89%87.png"),
            ("\U0001f600.m4a", "_.m4a", "%F0%9F%98%80.m4a"),
            ("a\"b\\c%41;d='e'.txt", "a_b_c_41_d__e_.txt", "a%22b%5Cc%2541%3Bd%3D%27e%27.txt"),
            ("می\u200cخواهم.pdf", "________.pdf", "%D9%85%DB%8C%E2%80%8C%D8%AE%D9%88%D8%A7%D9%87%D9%85.pdf"),
        ):
            for shown, kind in ((True, "inline"), (False, "attachment")):
                found = disposition(Served(Path("x"), "x/y", name, shown)).decode("ascii")
                self.assertEqual(found, f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
        self.assertEqual(disposition(Served(Path("x"), "x/y", "", False)), b"attachment")

    def test_any_name_can_be_sent(self):
        chance = random.Random(8)
        for _ in range(300):
            name = clean_name(
                "".join(chr(chance.choice((chance.randrange(0x300), chance.randrange(0x110000)))) for _ in range(20))
            )
            found = disposition(Served(Path("x"), "x/y", name, False)).decode("ascii")
            read = re.fullmatch(
                r"attachment; filename=\"([\w ._()-]*)\"; filename\*=UTF-8''([\w.~%-]*)", found, re.ASCII
            )
            assert read is not None, found
            self.assertEqual(unquote(read[2]), name)


class Serving(SiteFixture):
    def setUp(self):
        self.build()
        self.feed_by_clock()
        # From before there was a table.
        self.name = f"{'0123456789abcdef' * 2}.png"
        (self.directory / self.name).write_bytes(PNG)

    def test_without_credentials(self):
        answer = self.fetch(f"/uploads/{self.name}")
        self.assertEqual((answer.status, answer.body), (200, PNG))
        self.assertEqual(answer.headers["content-type"], "image/png")
        self.assertEqual(answer.headers["x-content-type-options"], "nosniff")
        self.assertEqual(answer.headers["cross-origin-resource-policy"], "cross-origin")
        self.assertEqual(answer.headers["content-security-policy"], "default-src 'none'; sandbox")
        self.assertEqual(answer.headers["cache-control"], "private, max-age=31536000, immutable")
        self.assertEqual(answer.headers["accept-ranges"], "bytes")

    def test_voice(self):
        name = f"{'0' * 32}.webm"
        (self.directory / name).write_bytes(WEBM)
        answer = self.fetch(f"/uploads/{name}?x=1")
        self.assertEqual((answer.headers["content-type"], answer.body), ("audio/webm", WEBM))

    def test_head(self):
        answer = self.fetch(f"/uploads/{self.name}", "HEAD")
        self.assertEqual((answer.status, answer.headers["content-length"]), (200, str(len(PNG))))
        self.assertEqual((answer.body, answer.headers["x-content-type-options"]), (b"", "nosniff"))

    def test_range(self):
        answer = self.fetch(f"/uploads/{self.name}", Range="bytes=1-3")
        self.assertEqual((answer.status, answer.body), (206, b"PNG"))
        self.assertEqual(answer.headers["content-range"], f"bytes 1-3/{len(PNG)}")
        answer = self.fetch(f"/uploads/{self.name}", Range="bytes=-2")
        self.assertEqual(answer.body, PNG[-2:])

    def test_many_ranges_are_one(self):
        answer = self.fetch(f"/uploads/{self.name}", Range="bytes=" + ",".join(["0-"] * 1000))
        self.assertEqual((answer.status, answer.body), (200, PNG))

    def test_not_modified(self):
        answer = self.fetch(f"/uploads/{self.name}")
        again = self.fetch(f"/uploads/{self.name}", **{"If-Modified-Since": answer.headers["last-modified"]})
        self.assertEqual((again.status, again.body), (304, b""))

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
            f"/{'A' * 22}-{'A' * 22}.png",
            f"/{'A' * 22}",
            f"/{self.name}/",
            f"/{self.name}/x",
            f"/{self.name}%00",
            f"/{self.name.upper()}",
            "/%ff",
        ):
            answer = self.fetch(f"/uploads{path}")
            self.assertEqual((answer.status, answer.json["code"]), (404, -1), path)

    def test_only_reading(self):
        for method in ("POST", "DELETE", "PUT"):
            answer = self.fetch(f"/uploads/{self.name}", method)
            self.assertEqual((answer.status, answer.headers["allow"]), (405, "GET, HEAD"))
