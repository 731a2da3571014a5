"""Text from outside is bounded before it is normalised."""

import contextlib
from pathlib import Path
from time import process_time
from unicodedata import combining, normalize

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

import hichat
from hichat.accounts import fields, names
from hichat.accounts.passwords import prepare
from hichat.core import lookalikes, text
from hichat.core.errors import InvalidField
from hichat.search import words
from tests import proof

EVIL = (
    "a" + "\u0300" * 15_900 + "\u0316" * 15_900,
    "\u0344" * 30_000,
    "\u0f73" * 20_000,
    "ｶ" + "ﾞ" * 20_000,
    "ﷺ" * 2000,
)
READERS = (
    fields.name_of,
    text.name_key,
    text.key_of,
    names.user_name,
    names.group_name,
    names.given_name,
    # What they are given is short already.
    lambda name: lookalikes.look_of(name[:256]),
    fields.gender_of,
    fields.email_of,
    fields.phone_of,
    fields.picture_of,
    fields.description_of,
    fields.greeting_of,
    fields.remark_of,
    prepare,
    lambda asked: words.words(asked[:1024]),
)
HOSTILE = st.lists(
    st.tuples(
        st.sampled_from(["a", "\u0300", "\u0316", "\u0344", "\u0f73", "ﾞ", "한", "ﷺ", " ", "\0"]), st.integers(1, 400)
    ),
    max_size=6,
).map(lambda runs: "".join(character * count for character, count in runs))


class OneDoor(SynchronousTestCase):
    def test_nobody_else_normalises(self) -> None:
        for path in Path(hichat.__file__).parent.rglob("*.py"):
            if path.name != "text.py":
                source = path.read_text()
                for word in ("normalize(", "is_normalized", "import normalize", "unicodedata.normalize"):
                    self.assertNotIn(word, source, path)


class Bounds(SynchronousTestCase):
    def test_each_reader_takes_no_time_for_what_is_too_much(self) -> None:
        for evil in EVIL:
            for read in READERS:
                spent = min(self.spent(read, evil) for _ in range(5))
                self.assertLess(spent, 0.05, f"{read.__name__} of {evil[:2]!a}: {spent * 1000} ms")

    def spent(self, read, evil: str) -> float:
        began = process_time()
        with contextlib.suppress(InvalidField):
            read(evil)
        return process_time() - began

    def test_all_marks_are_known(self) -> None:
        for code in range(0x110000):
            if combining(normalize("NFKD", chr(code))[0]):
                self.assertEqual(text.cut(chr(code) * 40), chr(code) * 30, hex(code))

    def test_thirty_marks_are_taken_and_no_more(self) -> None:
        self.assertEqual(len(text.composed("q" + "\u0316" * 30, 64, "name")), 31)
        self.assertRaises(InvalidField, text.composed, "q" + "\u0316" * 31, 64, "name")

    @given(HOSTILE, st.sampled_from(("NFC", "NFD", "NFKC")))
    @settings(max_examples=proof.many(200, 40), deadline=None)
    def test_what_must_not_be_refused(self, given_text: str, form: text.Form) -> None:
        found = text.formed(form, given_text)
        self.assertEqual(normalize(form, found), found)
        if text.cut(given_text) == given_text:
            self.assertEqual(found, normalize(form, given_text))

    @given(HOSTILE, st.integers(1, 100))
    @settings(max_examples=proof.many(200, 40), deadline=None)
    def test_what_is_filled_in(self, given_text: str, limit: int) -> None:
        """It is taken just when the form that is kept fits."""
        fits = len(normalize("NFC", given_text)) <= limit and text.cut(given_text) == given_text
        try:
            found = text.composed(given_text, limit, "field")
        except InvalidField as e:
            self.assertEqual((fits, e.field), (False, "field"))
        else:
            self.assertEqual((fits, found), (True, normalize("NFC", given_text)))

    def test_nothing_is_done_for_what_is_too_long(self) -> None:
        """Not even what takes no time: it may be megabytes."""

        def nothing(*_: object) -> str:
            raise AssertionError("that is work")

        self.patch(text, "normalize", nothing)
        for read, limit in ((fields.name_of, 64), (fields.description_of, 1024), (prepare, 256)):
            for sign in "a한":
                self.assertRaises(InvalidField, read, sign * (text.GROWTH * limit + 1))


class Limits(SynchronousTestCase):
    def test_what_is_kept_counts(self) -> None:
        """Decomposed it is as good as composed, to the last character."""
        for read, sign, limit in (
            (fields.name_of, "한", 64),
            (fields.remark_of, "한", 64),
            (fields.gender_of, "한", 16),
            (fields.description_of, "ᾂ", 1024),
            (fields.greeting_of, "ệ", 255),
            (prepare, "é", 100),
        ):
            pieces = normalize("NFD", sign * limit)
            self.assertGreater(len(pieces), limit)
            self.assertEqual(read(pieces), sign * limit)
            if read is not prepare:
                self.assertRaises(InvalidField, read, normalize("NFD", sign * (limit + 1)))
