"""
Tests for L{hichat.media.types}, and for what it asks: what phones, browsers, messengers and office programs write is
known as what it is, and for how long it lasts.
"""

import mmap
import random
import struct
import tempfile
import time
from collections.abc import Iterable
from itertools import pairwise

import pytest
from twisted.trial.unittest import SynchronousTestCase

from hichat.media import matroska, mp4, sound
from hichat.media.steps import STEPS
from hichat.media.types import EXTENSIONS, SHOWN, seconds_of, type_of
from tests.media import recordings as r
from tests.media.recordings import RECORDINGS
from tests.media.samples import AUDIO, FILES, FILMS

XML = "[Content_Types].xml"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SLIDES = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
MACRO = "macroEnabled.12"

PICTURES_OF_PHONES = (
    ("image/heic", r.brands(b"heic", b"mif1", b"MiHB", b"MiHE", b"MiPr", b"miaf", b"heic", b"tmap")),
    ("image/heic", r.brands(b"mif1", b"miaf", b"heic")),
    ("image/heic", r.brands(b"heix", b"mif1")),
    ("image/heic-sequence", r.brands(b"msf1", b"hevc", b"iso8")),
    ("image/heic-sequence", r.brands(b"hevc", b"msf1") + r.moov(b"pict")),
    ("image/avif", r.brands(b"avif", b"mif1", b"miaf", b"MA1B")),
    ("image/avif", r.brands(b"mif1", b"avif", b"miaf")),
    ("image/avif", r.brands(b"avis", b"msf1", b"avif") + r.moov(b"pict")),
    ("image/heif", r.brands(b"mif1", b"jpeg")),
)

DOCUMENTS = (
    ("application/pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3"),
    ("application/pdf", b"\xef\xbb\xbf%PDF-1.4"),
    ("application/pdf", b"\r\n\r\nHTTP junk" + b" " * 900 + b"%PDF-1.4"),
    (WORD, r.archive(XML, "_rels/.rels", "word/document.xml")),
    (WORD, r.archive("word/numbering.xml", "word/document.xml", XML)),
    (WORD, r.archive(XML, "word\\document.xml")),
    (WORD, r.archive(XML, "word/document2.xml", *(f"customXml/item{number}.xml" for number in range(200)))),
    (f"application/vnd.ms-word.document.{MACRO}", r.archive(XML, "word/document.xml", "word/vbaProject.bin")),
    (SHEET, r.archive("xl/worksheets/sheet1.xml", XML, "docProps/app.xml")),
    (f"application/vnd.ms-excel.sheet.binary.{MACRO}", r.archive(XML, "xl/workbook.bin")),
    (SLIDES, r.archive("_rels/.rels", "docProps/thumbnail.jpeg", XML, "ppt/presentation.xml")),
    (
        "application/vnd.oasis.opendocument.text",
        r.archive("content.xml", first=b"application/vnd.oasis.opendocument.text"),
    ),
    (
        "application/vnd.oasis.opendocument.spreadsheet",
        r.archive("content.xml", first=b"application/vnd.oasis.opendocument.spreadsheet"),
    ),
    ("application/epub+zip", r.archive("META-INF/container.xml", first=b"application/epub+zip")),
    ("application/vnd.apple.pages", r.archive("Index/Document.iwa", "preview.jpg")),
    (
        "application/vnd.android.package-archive",
        r.archive("META-INF/MANIFEST.MF", "AndroidManifest.xml", "classes.dex"),
    ),
    ("application/java-archive", r.archive("META-INF/MANIFEST.MF", "A.class")),
    ("application/zip", r.archive("word/readme.txt", "照片.png")),
    ("application/zip", r.archive("notes/Content_Types].xml")),
    ("application/zip", r.archive()),
    (WORD, r.archive(XML, "word/document.xml")[:-40]),
    ("application/msword", r.compound("1Table", "WordDocument", "Data")),
    ("application/vnd.ms-excel", r.compound("Workbook")),
    ("application/vnd.ms-excel", r.compound("Book")),
    ("application/vnd.ms-powerpoint", r.compound("Current User", "PowerPoint Document")),
    ("application/vnd.ms-outlook", r.compound("__nameid_version1.0", "__substg1.0_001A001F")),
    ("application/x-ole-storage", r.compound("EncryptionInfo", "EncryptedPackage")),
    ("application/rtf", b"{\\rtf1\\ansi hello}"),
    ("text/plain", "你好\n".encode()),
    ("text/plain", b"\xef\xbb\xbf" + "id;名\r\n1;安\r\n".encode()),
    ("text/plain", "\ufeffhello 你好".encode("utf-16-le")),
    ("text/plain", "\ufeffhello".encode("utf-16-be")),
    ("text/plain", "今天天气很好，我们去公园散步吧。\r\n".encode("gb18030") * 3),
    ("text/plain", "Ça va très bien, merci. Où êtes-vous allés ? ".encode("cp1252") * 2),
    ("text/plain", b"BMW is a car"),
    ("text/plain", b"From: the beginning\n"),
    ("text/plain", b"import os\n"),
    ("text/plain", b"\x1b[31mred\x1b[0m\n"),
    ("text/plain", "字".encode() * 3000),
    ("text/vcard", b"BEGIN:VCARD\r\nVERSION:3.0\r\n"),
    ("text/calendar", b"BEGIN:VCALENDAR\r\n"),
    ("text/html", b"\n\n<!doctype html><p>"),
    ("text/html", b"<!-- saved from url -->\n<HTML>"),
    ("image/svg+xml", b"<?xml version='1.0'?>\n<!-- Inkscape -->\n<svg xmlns='http://www.w3.org/2000/svg'>"),
    (
        "image/svg+xml",
        b"<!-- 1 --> <!-- 2 -->\n<!DOCTYPE svg PUBLIC '-//W3C//DTD SVG 1.1//EN' 'x'>\n<!-- 3 --><svg>",
    ),
    (
        "application/xhtml+xml",
        b"<?xml version='1.0'?><!-- 1 --><!DOCTYPE html PUBLIC '-//W3C//DTD XHTML'><html>",
    ),
    ("application/xml", b"<?xml version='1.0'?><!-- a feed --><rss>"),
    ("application/xml", b"<?xml version='1.0'?><gpx/>"),
    ("application/octet-stream", b"\0\1\2\3" * 20),
    ("video/mp2t", (b"G" + bytes(187)) * 3),
    ("video/mp2t", (bytes(4) + b"G" + bytes(187)) * 3),
)


class Recordings(SynchronousTestCase):
    def test_what_is_recorded(self) -> None:
        for what, media_type, seconds, content in RECORDINGS:
            kind = "file" if media_type.startswith("video/") else "audio"
            self.assertEqual(type_of(content), (kind, media_type), what)
            self.assertAlmostEqual(seconds_of(content, media_type), seconds, 3, what)
            self.assertIn(media_type, SHOWN)

    def test_pictures_of_phones(self) -> None:
        for media_type, content in PICTURES_OF_PHONES:
            self.assertEqual(type_of(content), ("file", media_type), content[:40])

    def test_documents(self) -> None:
        for media_type, content in DOCUMENTS:
            self.assertEqual(type_of(content), ("file", media_type), content[:40])
            self.assertEqual(seconds_of(content, media_type), 0, media_type)

    def test_a_file_on_the_disk_is_the_same(self) -> None:
        with tempfile.TemporaryFile() as file:
            for media_type, content in self.everything():
                file.truncate(0)
                file.seek(0)
                file.write(content)
                file.flush()
                with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
                    self.assertEqual(type_of(mapped), type_of(content))
                    self.assertEqual(seconds_of(mapped, media_type), seconds_of(content, media_type))

    def test_types_that_run_are_never_shown(self) -> None:
        for media_type in ("text/html", "image/svg+xml", "application/xhtml+xml", "application/pdf", "application/xml"):
            self.assertNotIn(media_type, SHOWN)
        for media_type, extension in EXTENSIONS.items():
            self.assertRegex(f"{media_type} {extension}", r"\A[a-z]+/[\w.+-]+ [a-z0-9]{2,8}\Z")

    def everything(self) -> Iterable[tuple[str, bytes]]:
        yield from ((media_type, content) for _, media_type, _, content in RECORDINGS)
        yield from PICTURES_OF_PHONES
        yield from DOCUMENTS
        yield from AUDIO
        yield from FILMS
        yield from ((media_type, content) for media_type, content in FILES if content)


class Broken(SynchronousTestCase):
    """What is cut, changed or made to keep us busy: an answer comes all the same, and soon."""

    def test_cut_and_changed(self) -> None:
        chance = random.Random(3)
        for _, media_type, _, content in RECORDINGS:
            for _ in range(40):
                broken = bytearray(content[: chance.randrange(1, 1 + min(len(content), 3000))])
                for _ in range(chance.randrange(4)):
                    broken[chance.randrange(len(broken))] = chance.randrange(256)
                found = type_of(bytes(broken))[1]
                for each in (found, media_type):
                    self.assertGreaterEqual(seconds_of(bytes(broken), each), 0)

    def test_cut_documents(self) -> None:
        chance = random.Random(4)
        for _, content in DOCUMENTS:
            # What may be the mark of UTF-16 may be the first frame of a song, too.
            for _ in range(0 if content[0] == 0xFF else 40):
                broken = bytearray(content[: chance.randrange(1, len(content) + 1)])
                broken[chance.randrange(len(broken))] = chance.randrange(256)
                self.assertEqual(type_of(bytes(broken))[0], "file", bytes(broken[:20]))

    @pytest.mark.alone
    def test_others_have_their_turn(self) -> None:
        """Whatever is looked through rests soon again: meanwhile nobody's messages are passed on."""
        turns: list[float] = []
        self.patch(time, "sleep", lambda seconds: turns.append(time.thread_time()))
        number = 40_000
        head, samples = (0x100).to_bytes(4, "big"), (100_000).to_bytes(4, "big")
        for content in (
            r.ebml(b"webm") + r.element("18538067", b"\xec\x80" * number),
            r.recorded(b"webm", [r.OPUS], [(0, [r.block(1, content=b"")] * number)]),
            r.brands(b"isom") + b"\0\0\0\x08free" * number,
            r.brands(b"isom") + r.box(b"moof", r.box(b"traf", r.box(b"trun", head, samples, bytes(400_000)))),
            r.brands(b"isom") + r.box(b"moof", r.box(b"traf", r.box(b"trun", head, b"\0\0\0\1", b"abcd") * number)),
            b"#!AMR\n" + b"\x7c" * number,
            r.ADTS * number,
            b"ID3\4\0\0\0\0\0\0" + b"\xff" * 10 * number,
            r.page(r.OPUS_HEAD, first=True) + b"OggS\0" * number,
            b"ID3\4\0\0\0\0\0\0" + bytes(100_000_000),
            r.ebml(b"webm") + b"\x86\x86V_" * 10 * number,
        ):
            turns[:] = [time.thread_time()]
            _, media_type = type_of(content)
            seconds_of(content, media_type)
            turns.append(time.thread_time())
            longest = max(after - before for before, after in pairwise(turns))
            self.assertLess(longest, 0.02, content[:20])

    def test_so_many_boxes_and_no_more(self) -> None:
        """Of what is behind them nothing is known: neither is the length of a film that goes on there."""
        rests: list[None] = []
        self.patch(mp4, "rest", lambda: rests.append(None))
        empty = b"\0\0\0\x08free" * 130_000
        self.assertEqual(type_of(r.brands(b"isom") + empty + r.moov(r.SOUND)), ("audio", "audio/mp4"))
        self.assertLess(len(rests), mp4.BOXES // STEPS + 2)
        film = r.brands(b"isom") + r.moov(r.SOUND, seconds=7) + empty
        self.assertEqual((type_of(film), seconds_of(film, "audio/mp4")), (("audio", "audio/mp4"), 7))

        self.patch(mp4, "BOXES", 60)
        fragment = self.fragment(500)
        for number, seconds in ((5, 2.5), (30, 0)):
            film = r.brands(b"isom") + r.moov(r.SOUND) + fragment * number
            self.assertEqual(seconds_of(film, "audio/mp4"), seconds, number)

    def test_so_many_samples_and_no_more(self) -> None:
        rests: list[None] = []
        self.patch(mp4, "rest", lambda: rests.append(None))
        self.patch(mp4, "SAMPLES", 3000)
        for number, seconds in ((3000, 3), (3001, 0), (50_000, 0)):
            film = r.brands(b"isom") + r.moov(r.SOUND) + self.fragment(*[1] * number)
            self.assertEqual(seconds_of(film, "audio/mp4"), seconds, number)
            self.assertLess(len(rests), 10)

    def fragment(self, *ticks: int) -> bytes:
        run = r.box(b"trun", struct.pack(">II", 0x100, len(ticks)), struct.pack(f">{len(ticks)}I", *ticks))
        return r.box(b"moof", r.box(b"traf", r.box(b"tfhd", struct.pack(">II", 0, 1)), run))

    def test_boxes_that_end_before_they_begin(self) -> None:
        """They do not give back what was spent on others."""
        self.patch(mp4, "BOXES", 100)
        short = r.box(b"trun", (0x105).to_bytes(4, "big"))
        last = r.box(b"trun", struct.pack(">III", 0x100, 1, 500))
        for number, seconds in ((10, 0.5), (200, 0)):
            traf = r.box(b"traf", r.box(b"tfhd", struct.pack(">II", 0, 1)), *[short] * number, last)
            content = r.brands(b"isom") + r.moov(r.SOUND) + r.box(b"moof", traf)
            self.assertEqual(seconds_of(content, "audio/mp4"), seconds, number)

    def test_the_end_of_the_first_frame(self) -> None:
        """What an encoder says there may be cut, wherever it begins."""
        for mark in (b"Xing", b"Info"):
            for place in range(4, 64):
                for after in (b"", b"\xff" * 3, b"\xff" * 400):
                    content = (r.MP3[:4].ljust(place, b"\0") + mark + after)[: 400 if after else 64]
                    self.assertGreaterEqual(seconds_of(content, "audio/mpeg"), 0, (mark, place, after))

    def test_longer_than_anything_lasts(self) -> None:
        scale = r.element("2ad7b1", b"\xff" * 8)
        info = r.element("1549a966", scale, r.element("4489", struct.pack(">d", 1e308)))
        film = r.ebml(b"webm") + r.element("18538067", info, r.element("1654ae6b", r.OPUS))
        self.assertEqual(seconds_of(film, "audio/webm"), 0)
        self.assertEqual(seconds_of(r.brands(b"isom") + r.moov(r.SOUND, seconds=2**31, scale=1), "audio/mp4"), 0)

    def test_what_is_made_to_take_long(self) -> None:
        most = 1_000_000
        run = r.box(b"trun", (0x100).to_bytes(4, "big") + b"\xff" * 4, bytes(most))
        traf = r.box(b"traf", r.box(b"tfhd", bytes(4) + b"\0\0\0\1"), run)
        for content in (
            r.ebml(b"webm") + r.element("18538067", b"\xec\x80" * most),
            r.recorded(b"webm", [r.OPUS], [(0, [b"\xa3\x81\x81" * most])]),
            r.brands(b"isom") + b"\0\0\0\x08free" * (most // 4),
            r.brands(b"isom") + r.moov(r.SOUND) + r.box(b"moof", traf),
            b"#!AMR\n" + b"\x7c" * 2 * most,
            r.ADTS[:3] + b"\x40\0\xff\xfc" + (b"\xff\xf1\x50\x40\0\xff\xfc") * most,
            r.id3(0) * most,
            b"ID3" + bytes(most),
            b"RIFF\0\0\0\0WAVE" + bytes(2 * most),
            b"OggS\0" * most,
            b"PK\3\4" * most + b"PK\5\6" + bytes(18),
            b"PK\1\2" + bytes(most),
            b"<!--" * most,
            b"<!---->" * most,
            b"<?xml version='1.0'?>" + b"<!-- x -->\n" * most + b"<p>",
            b"\xff\xfb\x90\x64" + b"\xff\xe0" * most,
        ):
            began = time.process_time()
            _, media_type = type_of(content)
            self.assertGreaterEqual(seconds_of(content, media_type), 0)
            self.assertLess(time.process_time() - began, 4, content[:20])

    def test_longer_than_is_counted(self) -> None:
        """What is like the rest is taken to go on like it."""
        self.patch(sound, "FRAMES", 10)
        self.assertAlmostEqual(seconds_of(r.ADTS * 1000, "audio/aac"), 23.22, 2)
        self.patch(matroska, "ELEMENTS", 100)
        self.assertEqual(seconds_of(r.recorded(b"webm", [r.OPUS], r.SPOKEN), "audio/webm"), 0)
