"""Tests for L{hichat.web.api.media}: the rules are the domain's; here is what they are over HTTP."""

import base64
import io
from urllib.parse import quote, unquote

from PIL import Image

from hichat.accounts import users
from hichat.web.api.media import MEDIA_LINKS_LIMIT
from tests.media.recordings import RECORDINGS, archive, brands
from tests.media.samples import AUDIO, FILES, FILMS, PNG, SECRET, WEBM, bomb, picture
from tests.support.pdf import pdf
from tests.support.site import QUOTA, UPLOAD_LIMIT, SiteCase, SiteFixture, request_bytes

HEIC = brands(b"heic", b"mif1", b"heic")
HTML = b"<!DOCTYPE html><script>alert(1)</script>"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


class MediaCase(SiteCase):
    def setUp(self):
        super().setUp()
        ann, _ = self.make_user("Ann")
        bob, _ = self.make_user("Bob")
        self.ann, self.bob = (self.token_of(user.id) for user in (ann, bob))

    def upload(self, content, target="/v2/media", token=None, **headers):
        headers.setdefault("Authorization", f"Bearer {token or self.ann}")
        answer = self.request("POST", target, content, **headers)
        self.checker.check("POST", target, answer.status, answer.headers, answer.body)
        return answer


class Uploading(MediaCase):
    def test_picture(self):
        answer = self.upload(picture("JPEG", (300, 200), orientation=6), "/v2/media?name=%E7%85%A7%E7%89%87.png")
        found = answer.json
        self.assertEqual(answer.status, 201)
        id, open = found.pop("id"), found.pop("open")
        self.assertRegex(id, r"\A[\w-]{22}\Z")
        self.assertRegex(open, rf"\A/uploads/{id}-[\w-]{{22}}\.jpg\Z")
        content = (self.directory / id).read_bytes()
        self.assertNotIn(SECRET, content)
        self.assertEqual(
            found,
            {
                "url": f"/v2/media/{id}",
                "kind": "picture",
                "type": "image/jpeg",
                "size": len(content),
                "name": "照片.png",
                "width": 200,
                "height": 300,
                "thumbnail": True,
            },
        )

    def test_the_first_page_of_a_pdf(self):
        """Its size is told, and that there is a thumbnail; a browser shows that, and never the file."""
        found = self.upload(pdf(), "/v2/media?name=plan.pdf").json
        wanted = {"kind": "file", "type": "application/pdf", "size": len(pdf()), "name": "plan.pdf"}
        wanted |= {"width": 495, "height": 640, "thumbnail": True}
        self.assertEqual({key: value for key, value in found.items() if key not in ("id", "url", "open")}, wanted)
        (link,) = self.api("POST", "/media/links", {"ids": [found["id"]]}, token=self.ann).json["items"]
        self.assertEqual((link["width"], link["height"]), (495, 640))
        page = Image.open(io.BytesIO(base64.b64decode(link["preview"])), formats=["WEBP"])
        self.assertEqual(page.size, (12, 16))
        self.feed_by_clock()
        answer = self.fetch(link["thumbnail"])
        self.assertEqual((answer.status, answer.headers["content-type"]), (200, "image/webp"))
        self.assertEqual(answer.headers["content-security-policy"], "default-src 'none'; sandbox")

    def test_the_type_is_that_of_the_content(self):
        """Whatever the name and the header say."""
        for media_type, content in (("text/html", HTML), ("image/svg+xml", SVG), *FILES[4:], *FILMS):
            found = self.upload(content, "/v2/media?name=x.png", Content_Type="image/png").json
            self.assertEqual((found["kind"], found["type"]), ("file", media_type))
            self.assertEqual(set(found), {"id", "url", "open", "kind", "type", "size", "name"})
        self.assertEqual(self.upload(WEBM, Content_Type="text/html").json["kind"], "audio")

    def test_how_long_it_lasts(self):
        """By its content, also of what a browser records, which does not say; in no more than milliseconds."""
        for what, media_type, seconds, content in RECORDINGS:
            found = self.upload(content).json
            self.assertEqual((found["type"], found["size"]), (media_type, len(content)))
            if seconds:
                self.assertAlmostEqual(found["seconds"], seconds, 3, what)
                self.assertEqual(round(found["seconds"], 3), found["seconds"])
            else:
                self.assertNotIn("seconds", found)

    def test_the_limit_is_told(self):
        answer = self.api("GET", "/media", token=self.ann)
        self.assertEqual((answer.status, answer.json), (200, {"size": UPLOAD_LIMIT}))
        self.problem(self.api("GET", "/media"), 401, "unauthorized")

    def test_nothing(self):
        self.problem(self.upload(b""), 400, "empty_file")
        self.assertEqual(list(self.directory.iterdir()), [])

    def test_a_form(self):
        """It would be stored with its boundaries, as a file that nobody has sent."""
        form = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nhi\r\n--x--\r\n'
        kind = "multipart/form-data; boundary=x"
        self.problem(self.upload(form, Content_Type=kind), 415, "form_not_taken")

    def test_a_long_name_is_cut(self):
        """In bytes; what it is, is still to be seen, and nothing is broken."""
        for name, left in (("x" * 256 + ".png", "x" * 251 + ".png"), ("照" * 300 + ".jpeg", "照" * 83 + ".jpeg")):
            answer = self.upload(b"x", f"/v2/media?name={quote(name)}")
            self.assertEqual((answer.status, answer.json["name"]), (201, left))

    def test_path_tricks(self):
        for name in ("../../x", "..%5c..%5cx", "%2Fetc%2Fx", "x%00"):
            answer = self.upload(b"x", f"/v2/media?name={name}")
            self.assertEqual(answer.json.get("name", "x"), "x", answer.body)
        names = {path.name for path in self.directory.parent.rglob("*")}
        self.assertNotIn("x", names)

    def test_refused(self):
        for content, status, code in (
            (PNG[: len(PNG) // 2], 422, "damaged_picture"),
            (bomb(), 422, "picture_too_large"),
            (b"x" * (UPLOAD_LIMIT + 1), 413, "form_too_large"),
        ):
            self.problem(self.upload(content), status, code)
        for language, sentence in (("en", "the request is too large: at most"), ("zh", "提交的内容过大，最多")):
            answer = self.upload(b"x" * (UPLOAD_LIMIT + 1), Accept_Language=language)
            self.assertEqual(answer.json["detail"], f"{sentence} 195.3 KB")
        self.problem(self.upload(b"x", "/v2/media?name=x&name=y"), 400, "invalid_field")
        self.problem(self.upload(b"x", "/v2/media?size=1"), 400, "invalid_field")
        self.problem(self.upload(b"x", f"/v2/media?name={'x' * 1001}"), 400, "invalid_field")
        self.problem(self.upload(b"x", Authorization="Bearer x"), 401, "unauthorized")
        self.problem(self.upload(b"x", Authorization=""), 401, "unauthorized")
        self.assertEqual(list(self.directory.iterdir()), [])

    def test_announced_beyond_the_quota(self):
        """It is refused before any of it comes."""
        for _ in range(QUOTA // UPLOAD_LIMIT - 1):
            self.assertEqual(self.upload(b"x" * UPLOAD_LIMIT).status, 201)
        connection = self.connect()
        head = {"Authorization": f"Bearer {self.ann}", "Content-Length": str(UPLOAD_LIMIT)}
        connection.send(request_bytes("POST", "/v2/media", b"", head))
        self.problem(connection.answer("POST"), 413, "quota_exceeded")
        self.assertEqual(self.upload(b"x", token=self.bob).status, 201)

    def test_half_of_it(self):
        connection = self.connect()
        head = {"Authorization": f"Bearer {self.ann}", "Content-Length": str(UPLOAD_LIMIT)}
        connection.send(request_bytes("POST", "/v2/media", b"x" * 100_000, head))
        connection.transport.loseConnection()
        self.assertEqual(list(self.directory.iterdir()), [])


class Links(MediaCase):
    def test_ones_own(self):
        picture, voice = self.upload(PNG).json["id"], self.upload(WEBM).json["id"]
        body = {"ids": [voice, "A" * 22, picture]}
        one, other = self.api("POST", "/media/links", body, self.ann).json["items"]
        self.assertEqual((one["id"], other["id"]), (voice, picture))
        self.assertFalse({"thumbnail", "width", "height", "preview"} & set(one))
        self.assertEqual((other["width"], other["height"]), (64, 48))
        preview = Image.open(io.BytesIO(base64.b64decode(other["preview"])), formats=["WEBP"])
        self.assertEqual(preview.size, (16, 12))
        self.assertTrue(one["url"].startswith(f"/v2/media/{voice}?until={one['expires']}&key="))
        self.assertTrue(other["thumbnail"].startswith(f"/v2/media/{picture}/thumbnail?until="))
        self.assertEqual(self.api("POST", "/media/links", body, self.bob).json, {"items": []})

    def test_only_a_post(self):
        """Though it could be the place of a file by its name."""
        answer = self.request("GET", "/v2/media/links")
        self.problem(answer, 405, "method_not_allowed")
        self.assertEqual(answer.headers["allow"], "OPTIONS, POST")

    def test_bounds(self):
        self.assertEqual(self.api("POST", "/media/links", {"ids": []}, self.ann).json, {"items": []})
        for ids in (
            ["A" * 22] * (MEDIA_LINKS_LIMIT + 1),
            ["A" * 21],
            ["A" * 23],
            ["../" + "A" * 19],
            ["A" * 21 + "é"],
            [1],
        ):
            self.problem(self.api("POST", "/media/links", {"ids": ids}, self.ann), 400, "invalid_field")
        self.problem(self.api("POST", "/media/links", {"ids": []}), 401, "unauthorized")


class Getting(SiteFixture):
    def setUp(self):
        self.build()
        self.feed_by_clock()

    def keep(self, content, name=""):
        user = self.successResultOf(self.store.write(self.insert_user))
        found = self.run_now(self.media.save(user, lambda file, _: file.write(content) and None, name))
        (link,) = self.run_now(self.media.links(user, [found.id]))
        return found, link

    def insert_user(self, connection):
        self.users = getattr(self, "users", 0) + 1
        return users.insert(connection, f"user {self.users}", "", self.now)

    def test_picture(self):
        found, link = self.keep(PNG, "照片.png")
        content = (self.directory / found.id).read_bytes()
        answer = self.fetch(link.url)
        self.assertEqual((answer.status, answer.body), (200, content))
        left = (link.until - self.now) // 1000
        for name, value in (
            ("content-type", "image/png"),
            ("x-content-type-options", "nosniff"),
            ("content-security-policy", "default-src 'none'; sandbox"),
            ("cache-control", f"private, max-age={left}, immutable"),
            ("content-disposition", "inline; filename=\"__.png\"; filename*=UTF-8''%E7%85%A7%E7%89%87.png"),
            ("accept-ranges", "bytes"),
        ):
            self.assertEqual(answer.headers[name], value)
        small = self.fetch(link.thumbnail)
        self.assertEqual((small.status, small.headers["content-type"]), (200, "image/webp"))
        self.assertEqual(small.body, (self.directory / f"{found.id}.thumbnail").read_bytes())

    def test_nothing_runs_in_a_browser(self):
        for content in (HTML, SVG, b"%PDF-1.7", b"alert(1)", archive("word/document.xml")):
            found, link = self.keep(content, 'x".png\r\nX: y')
            for url in (link.url, self.media.open_url(found)):
                answer = self.fetch(url)
                self.assertEqual((answer.status, answer.body), (200, content))
                self.assertEqual(answer.headers["content-type"], "application/octet-stream")
                self.assertTrue(answer.headers["content-disposition"].startswith('attachment; filename="x_.pngX_ y'))
                self.assertEqual(answer.headers["x-content-type-options"], "nosniff")
                self.assertNotIn("x", answer.headers)

    def test_what_browsers_play(self):
        """And what they may play, or show: it comes as what it is, and nothing in it runs."""
        for media_type, content in (*AUDIO, *FILMS, *((each[1], each[3]) for each in RECORDINGS), ("image/heic", HEIC)):
            found, link = self.keep(content, "x")
            self.assertEqual((link.type, link.size), (media_type, len(content)))
            for url in (link.url, self.media.open_url(found)):
                answer = self.fetch(url)
                self.assertEqual((answer.status, answer.body), (200, content))
                self.assertEqual(answer.headers["content-type"], media_type)
                self.assertTrue(answer.headers["content-disposition"].startswith(f'inline; filename="{link.name}"'))
                self.assertEqual(answer.headers["content-security-policy"], "default-src 'none'; sandbox")
                self.assertEqual(answer.headers["x-content-type-options"], "nosniff")

    def test_what_it_is_saved_as(self):
        """The owner's name for it; if that does not say what it is, with an end that does."""
        for content, name, saved in (
            (WEBM, "", "audio.webm"),
            (FILMS[-1][1], "", "video.mp4"),
            (HEIC, "", "image.heic"),
            (HEIC, "IMG_0001", "IMG_0001.heic"),
            (HEIC, "IMG_0001.JPG", "IMG_0001.JPG"),
            (WEBM, "Recording 2023.11.28", "Recording 2023.11.28.webm"),
            (WEBM, "\u97f3" * 85, "\u97f3" * 83 + ".webm"),
            (b"%PDF-1.7", "", "file.pdf"),
            (b"%PDF-1.7", "report v1.2 (final)", "report v1.2 (final).pdf"),
            (archive("[Content_Types].xml", "word/document.xml"), "letter", "letter.docx"),
            (b"%PDF-1.7", ".hidden", ".hidden"),
            (b"all:\n", "Makefile", "Makefile"),
            (bytes(9), "dump.001", "dump.001"),
            (bytes(9), "", ""),
        ):
            _, link = self.keep(content, name)
            self.assertEqual(link.name, saved)
            answer = self.fetch(link.url, "HEAD")
            told = answer.headers["content-disposition"].partition("filename*=UTF-8''")[2]
            self.assertEqual(unquote(told), saved)

    def test_ranges(self):
        _, link = self.keep(WEBM)
        for asked, status, body in (
            ("bytes=1-3", 206, WEBM[1:4]),
            ("bytes=-2", 206, WEBM[-2:]),
            ("bytes=5-", 206, WEBM[5:]),
            ("bytes=1000000-", 416, b""),
            ("bytes=0-0,2-2", 200, WEBM),
            ("lines=1", 200, WEBM),
            ("bytes=", 200, WEBM),
            ("bytes=-", 200, WEBM),
            ("bytes=-0", 416, b""),
            ("bytes=3-1", 200, WEBM),
            (f"bytes=-{len(WEBM)}", 206, WEBM),
            (f"bytes=-{len(WEBM) + 1}", 206, WEBM),
            (f"bytes=-{10**17}", 206, WEBM),
            (f"bytes=0-{10**17}", 206, WEBM),
            ("bytes=-" + "9" * 5000, 200, WEBM),
        ):
            answer = self.fetch(link.url, Range=asked)
            self.assertEqual((answer.status, answer.body), (status, body), asked)
            self.assertEqual(answer.headers["x-content-type-options"], "nosniff")
        answer = self.fetch(link.url, Range="bytes=1-3")
        self.assertEqual(answer.headers["content-range"], f"bytes 1-3/{len(WEBM)}")

    def test_a_range_of_what_one_has(self):
        """RFC 9110, 13.1.5: whoever has the beginning of something else gets all of it."""
        _, link = self.keep(WEBM)
        whole = self.fetch(link.url)
        tag, changed = whole.headers["etag"], whole.headers["last-modified"]
        _, other = self.keep(WEBM)
        others = self.fetch(other.url)
        self.assertNotEqual(others.headers["etag"], tag)
        for has, status, body in (
            (tag, 206, WEBM[1:4]),
            (changed, 206, WEBM[1:4]),
            (others.headers["etag"], 200, WEBM),
            (f"W/{tag}", 200, WEBM),
            ("Thu, 01 Jan 1970 00:00:00 GMT", 200, WEBM),
            ("\xff", 200, WEBM),
        ):
            answer = self.fetch(link.url, **{"Range": "bytes=1-3", "If-Range": has})
            self.assertEqual((answer.status, answer.body), (status, body), has)

    def test_a_tag_counts_more_than_a_time(self):
        _, link = self.keep(PNG)
        whole = self.fetch(link.url)
        small = self.fetch(link.thumbnail)
        self.assertNotEqual(small.headers["etag"], whole.headers["etag"])
        for tag, status in ((whole.headers["etag"], 304), ("*", 304), (small.headers["etag"], 200)):
            asked = {"If-None-Match": tag, "If-Modified-Since": whole.headers["last-modified"]}
            for method in ("GET", "HEAD"):
                answer = self.fetch(link.url, method, **asked)
                self.assertEqual(answer.status, status, tag)
            answer = self.fetch(link.url, Range="bytes=1-3", **asked)
            self.assertEqual(answer.status, 206 if status == 200 else 304)

    def test_head_and_not_modified(self):
        _, link = self.keep(WEBM)
        answer = self.fetch(link.url, "HEAD")
        self.assertEqual((answer.status, answer.headers["content-length"], answer.body), (200, str(len(WEBM)), b""))
        again = self.fetch(link.url, **{"If-Modified-Since": answer.headers["last-modified"]})
        self.assertEqual((again.status, again.body), (304, b""))

    def test_strangers(self):
        found, link = self.keep(PNG)
        path, _, query = link.url.partition("?")
        until, key = (part.partition("=")[2] for part in query.split("&"))
        _, other = self.keep(WEBM)
        for url, status, code in (
            (path, 400, "invalid_field"),
            (f"{path}?until={until}", 400, "invalid_field"),
            (f"{path}?until={until}&key=", 403, "bad_link"),
            (f"{path}?until={int(until) + 1}&key={key}", 403, "bad_link"),
            (f"{path}?until={until}&key={key[:-1]}", 403, "bad_link"),
            (f"{path}?{other.url.partition('?')[2]}", 403, "bad_link"),
            (f"{path}/thumbnail?{other.url.partition('?')[2]}", 403, "bad_link"),
            (f"{other.url.replace('?', '/thumbnail?')}", 404, "no_such_media"),
            (f"/v2/media/{'A' * 22}?{query}", 403, "bad_link"),
            (f"/v2/media/../media.key?{query}", 404, "not_found"),
            (f"/v2/media/{found.id}.thumbnail?{query}", 404, "not_found"),
            (f"/v2/media/{found.id[:-1]}.?{query}", 400, "invalid_field"),
            (f"{path}/x?{query}", 404, "not_found"),
        ):
            answer = self.fetch(url)
            self.assertEqual((answer.status, answer.json["code"]), (status, code), url)
        self.now = link.until
        answer = self.fetch(link.url)
        self.assertEqual((answer.status, answer.json["code"]), (403, "bad_link"))

    def test_open(self):
        found, _ = self.keep(PNG)
        answer = self.fetch(self.media.open_url(found))
        self.assertEqual((answer.status, answer.headers["content-type"]), (200, "image/png"))
        self.assertEqual(answer.headers["cache-control"], "private, max-age=31536000, immutable")
        without = self.fetch(self.addresses.open_url(found.id))
        self.assertEqual(without.body, answer.body)
        (self.directory / found.id).unlink()
        gone = self.fetch(self.media.open_url(found))
        self.assertEqual(gone.status, 404)

    def test_it_goes_while_it_is_sent(self):
        """Whoever has begun to read it gets all of it."""
        found, link = self.keep(WEBM + b"x" * 190_000)
        connection = self.connect()
        connection.send(request_bytes("GET", link.url, headers={"Connection": "close"}))
        self.folder.remove([found.id])
        self.finish(connection)
        answer = connection.answer()
        self.assertIn(answer.status, (200, 404))
        self.assertEqual(len(answer.body) if answer.status == 200 else 190_136, found.size)
