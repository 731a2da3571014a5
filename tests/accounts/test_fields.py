"""Tests for L{hichat.accounts.fields}."""

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from hichat.accounts import fields
from hichat.core.errors import InvalidField
from hichat.core.text import name_key


class Names(SynchronousTestCase):
    def test_is_stripped_and_normalized(self):
        self.assertEqual(fields.name_of("  Zoe\u0308 "), "Zo\xeb")

    def test_digits_are_a_name(self):
        self.assertEqual(fields.name_of("123"), "123")

    def test_limits(self):
        self.assertEqual(len(fields.name_of("字" * 64)), 64)
        for bad in ("", "   ", "x" * 65, "a\nb", "a\0b", "\ud800", "a\u2028b", "evil\u202eeman"):
            with self.assertRaises(InvalidField) as caught:
                fields.name_of(bad)
            self.assertEqual(caught.exception.field, "name")

    def test_key_ignores_case_and_form(self):
        self.assertEqual(name_key("Straße"), name_key("STRASSE"))
        self.assertEqual(name_key("Zoe\u0308"), name_key("ZO\xcb"))
        self.assertEqual(name_key(" bob "), name_key("BOB"))

    @given(st.text())
    def test_a_kept_name_fits_its_columns(self, text):
        try:
            name = fields.name_of(text)
        except InvalidField:
            return
        self.assertTrue(1 <= len(name) <= 64)
        self.assertTrue(1 <= len(name_key(name)) <= 192)
        name.encode()
        self.assertEqual(fields.name_of(name), name)


class Others(SynchronousTestCase):
    def refused(self, function, *texts):
        for text in texts:
            with self.assertRaises(InvalidField, msg=repr(text)):
                function(text)

    def test_phone(self):
        self.assertEqual(fields.phone_of("13812345678"), "+8613812345678")
        self.assertEqual(fields.phone_of("0049 (30) 123-456"), "+4930123456")
        self.assertEqual(fields.phone_of(""), "")
        wrong = ("12812345678", "1381234567", "138123456789", "1381234567８", "x", "+", "+0301234567", "+" + "1" * 16)
        self.refused(fields.phone_of, *wrong)

    def test_email(self):
        self.assertEqual(fields.email_of(" a+b@example.org "), "a+b@example.org")
        self.assertEqual(fields.email_of(""), "")
        self.refused(
            fields.email_of, "a", "a@b", "@b.c", "a@b..c", "a b@c.de", "a@-b.de", "a@b.de\n.c", "a" * 250 + "@b.de"
        )

    def test_picture(self):
        for good in ("", "https://example.org/a.png?x=1", "/uploads/a.png", "./asset/images/a.png", "a.png"):
            self.assertEqual(fields.picture_of(good), good)
        self.refused(
            fields.picture_of, "javascript:alert(1)", "data:image/png;base64,xx", 'a"b', "a b", "<x>", "x" * 513
        )

    def test_gender_and_description(self):
        self.assertEqual(fields.gender_of("女"), "女")
        self.refused(fields.gender_of, "x" * 17, "a\tb")
        self.assertEqual(fields.description_of(" one\ntwo "), "one\ntwo")
        self.refused(fields.description_of, "x" * 1025, "a\0", "\udfff")

    def test_id(self):
        self.assertEqual(fields.id_of("9007199254740991", "id"), 2**53 - 1)
        for bad in ("", "0", "-1", "1.0", "NaN", "undefined", "9007199254740992", "１", "1 ", "9" * 5000):
            self.refused(lambda text: fields.id_of(text, "id"), bad)
