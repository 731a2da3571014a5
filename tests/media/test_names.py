"""Tests for L{hichat.media.names}: what phones, desktops and messengers call files, and what only troublemakers do."""

import random
import time

from twisted.trial.unittest import SynchronousTestCase

from hichat.media.names import FILE_NAME_LIMIT, TAKEN, clean_name, extension_of, shortened, without_hidden

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"
ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"


class CleanNames(SynchronousTestCase):
    def test_what_honest_names_have_stays(self):
        for name in (
            ".bashrc",
            ".gitignore",
            "..a",
            "...and justice for all.mp3",
            "照片 1.png",
            "می\u200cخواهم.pdf",
            "क्\u200dष.txt",
            "ക്\u200d.txt",
            f"{FAMILY}.jpg",
            "\u2764\ufe0f.png",
            "1\ufe0f\u20e3.txt",
            f"{ENGLAND}.mp4",
            "\U0001f1fa\U0001f1f8.gif",
            "Screenshot 2024-01-01 at 1.00.00\u202fPM.png",
            "e\u0301te\u0301.txt",
            "ᠮᠣᠩᠭᠣᠯ\u180eᠠ.doc",
            "\u0600١٢.txt",
            "שלום.pdf",
            "a'b; c=d,#%&+[1].txt",
            "CON",
        ):
            self.assertEqual(clean_name(name), name)

    def test_what_turns_the_rest_round_goes(self):
        turning = "\u061c\u200e\u200f" + "".join(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))
        for each in turning:
            self.assertEqual(clean_name(f"a{each}gnp.exe"), "agnp.exe", ascii(each))
            self.assertEqual(without_hidden(f"{each}x{each}"), "x", ascii(each))
        self.assertEqual(clean_name("\u200eWhatsApp Chat with Ann.txt"), "WhatsApp Chat with Ann.txt")

    def test_what_is_not_to_be_seen_goes(self):
        for name, left in (
            ("a\u200bb\u00adc\u2060\ufeff.txt", "abc.txt"),
            ("a\0b\r\nc\t.txt", "abc.txt"),
            ("x\U000e0041y.txt", "xy.txt"),
            ("\u3164a\uffa0.txt", "a.txt"),
            ("a\ufff9b\ufffac\ufffb.txt", "abc.txt"),
            ("a\ue000\u2028\u2029.txt", "a.txt"),
            ("a\ud83d.txt", "a.txt"),
            ("\u200da.txt\u200c", "a.txt"),
        ):
            self.assertEqual(clean_name(name), left, ascii(name))

    def test_only_the_last_part(self):
        for name, left in (
            ("../../etc/passwd", "passwd"),
            ("..\\..\\boot.ini", "boot.ini"),
            ("C:\\fakepath\\.profile", ".profile"),
            ("a.txt. . ", "a.txt"),
            ("  a.txt", "a.txt"),
        ):
            self.assertEqual(clean_name(name), left)

    def test_no_name(self):
        for name in ("", "/", ".", "..", " . . ", "\u200d", "\u202e", "a/", "\u3164", "\u0301", "\ufe0f", "\u115f."):
            self.assertEqual(clean_name(name), "", ascii(name))


class LongNames(SynchronousTestCase):
    def test_the_end_is_kept(self):
        for name, end in (
            ("x" * 300 + ".png", "x.png"),
            ("x" * 300 + ".tar.gz", "x.tar.gz"),
            ("字" * 250 + ".docx", "字.docx"),
            ("\U0001f600" * 100 + ".m4a", "\U0001f600.m4a"),
            ("a " * 200 + ".jpeg", "a.jpeg"),
            ("x" * 250 + "." + "y" * 60, "x.yyyy"),
            ("." + "x" * 300, "x"),
            ("x." + "字" * 200, "字"),
        ):
            left = clean_name(name)
            self.assertEqual(left[-len(end) :], end[-len(left) :])
            self.assertTrue(FILE_NAME_LIMIT - 25 < len(left.encode()) <= FILE_NAME_LIMIT, left)

    def test_it_fits_just(self):
        for name in ("x" * 251 + ".png", "字" * 83 + "xx.png", "\U0001f600" * 63 + "字"):
            self.assertEqual((clean_name(name), len(name.encode())), (name, FILE_NAME_LIMIT))

    def test_no_character_is_broken(self):
        """Not its bytes, and not what is shown as one: wherever the cut comes."""
        for whole in (FAMILY, ENGLAND, "\U0001f44d\U0001f3fd", "\U0001f1fa\U0001f1f8", "e\u0301", "\u2764\ufe0f", "한"):
            for before in range(30):
                left = clean_name("x" * before + whole * 100 + ".jpg")
                stem = left.removesuffix(".jpg")
                self.assertEqual(stem, "x" * before + whole * ((len(stem) - before) // len(whole)), ascii(whole))
                self.assertGreater(len(left.encode()), FILE_NAME_LIMIT - len(whole.encode()))

    def test_one_letter_that_does_not_end(self):
        left = clean_name("e" + "\u0301" * 400 + ".png")
        self.assertEqual((left[-5:], len(left.encode())), ("\u0301.png", FILE_NAME_LIMIT))

    def test_any_name_is_clean_after_once(self):
        chance = random.Random(7)
        pool = f".. /\\ax\u202e\u2066\u200d\u0301\ud83d\U000e0067\U0001f3f4\U000e007f字{FAMILY}{ENGLAND}"
        for _ in range(2000):
            left = clean_name("".join(chance.choices(pool, k=chance.choice((3, 20, 300)))))
            self.assertLessEqual(len(left.encode()), FILE_NAME_LIMIT)
            self.assertEqual(clean_name(left), left, ascii(left))

    def test_soon(self):
        """It is done in the reactor's thread: no name may take as long as the square of its length."""
        for piece in (".", " .", "   x", "." * 30 + "x", "\u200d", ".tar", "\U0001f3f4\U000e0061", "a\u0300", "\u1100"):
            name = (piece * TAKEN)[: TAKEN - 1] + "x"
            took = []
            for _ in range(3):
                began = time.thread_time()
                clean_name(name)
                took.append(time.thread_time() - began)
            self.assertLess(min(took), 0.005, ascii(piece))

    def test_edges_together(self):
        self.assertEqual(clean_name(" . .. "), "")
        self.assertEqual(clean_name("  .a. . "), ".a")
        self.assertEqual(clean_name("a. .b . \u200d."), "a. .b")


class Ends(SynchronousTestCase):
    def test_extensions(self):
        for name, end in (
            ("a.png", ".png"),
            ("a.b.tar.xz", ".tar.xz"),
            (".bashrc", ""),
            ("a", ""),
            ("a. b", ""),
            ("Mr. Smith", ""),
            ("a." + "x" * 40, ""),
            ("照片.图片", ".图片"),
        ):
            self.assertEqual(extension_of(name), end)

    def test_shortened(self):
        self.assertEqual(shortened("abcdef.png", 7), "abc.png")
        self.assertEqual(shortened("abc.png", 7), "abc.png")
