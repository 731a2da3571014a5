"""Tests for L{hichat.v1.forms}."""

from urllib.parse import quote, urlencode

from hypothesis import example, given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from hichat.core.errors import FormTooLarge, InvalidField, MalformedForm, Refused
from hichat.v1.forms import V1_FIELDS, integer, read_form, read_json, read_urlencoded, required
from hichat.web.site import FORM_LIMIT
from tests.support.site import multipart


def encode_uri(text):
    """JavaScript's C{encodeURI}: what the page makes its bodies with."""
    return quote(text, safe=";,/?:@&=+$#-_.!~*'()").encode()


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30).filter(
    lambda text: text != "undefined"
)
PIECES = (
    b"--x",
    b"\r\n",
    b"--",
    b"Content-Disposition: form-data; name=name",
    b"Content-Length: 1",
    *(bytes([c]) for c in b'&=%+{}":[1\\u\xff\0-.'),
    b"name",
    b"1e9",
)

names = st.sampled_from(sorted(V1_FIELDS - {"cate"}))


class Urlencoded(SynchronousTestCase):
    def reads(self, body, **fields):
        self.assertEqual(read_urlencoded(body), fields)

    def test_plain(self):
        self.reads(b"name=bob&password=secret", name="bob", password="secret")
        self.reads(b"name=%E5%BC%A0%E4%B8%89", name="张三")
        self.reads("name=张三".encode(), name="张三")
        self.reads(b"")
        self.reads(b"&&name=bob&", name="bob&")

    def test_ampersand_in_a_value(self):
        self.reads(b"name=tom&jerry&password=a&b=c", name="tom&jerry", password="a&b=c")

    def test_equals_in_a_value(self):
        self.reads(b"name=a=b==&password==", name="a=b==", password="=")

    def test_hash_in_a_value(self):
        self.reads(b"name=c#&password=#1", name="c#", password="#1")

    def test_unknown_first_field_is_left_out(self):
        self.reads(b"x=1&name=bob", name="bob")

    def test_field_that_was_given_is_part_of_the_value(self):
        self.reads(b"name=a&password=x&name=b", name="a", password="x&name=b")

    def test_case_of_names_counts(self):
        self.reads(b"Identity=a&identity=b", Identity="a&identity=b")

    def test_plus_of_a_form_encoder_is_a_blank(self):
        self.reads(b"desc=a+b", desc="a b")
        self.reads(b"desc=a+b%2Bc", desc="a b+c")

    def test_plus_of_encode_uri_is_a_plus(self):
        self.reads(b"desc=a%20b+c", desc="a b+c")
        self.reads(b"email=a+b@c.de", email="a+b@c.de")
        for raw in b" @:/?#,;$!'()":
            self.reads(b"desc=a+b" + bytes([raw]), desc=f"a+b{chr(raw)}")

    def test_not_given(self):
        self.reads(b"icon=undefined&name=undefined&cate=&ownerId=1", ownerId="1")
        self.reads(b"icon=&name=undefined1&cate=0", icon="", name="undefined1", cate="0")

    def test_not_text(self):
        for bad in (b"name=%ff", b"name=\xff", b"name=%00", b"name=%ed%a0%80", b"name=%c0%80"):
            with self.assertRaises(InvalidField) as caught:
                read_urlencoded(bad)
            self.assertEqual(caught.exception.field, "name")

    def test_percent_that_escapes_nothing(self):
        self.reads(b"name=100%&password=%zz%4", name="100%", password="%zz%4")

    def test_many_ampersands_take_no_time(self):
        self.assertEqual(len(read_urlencoded(b"name=" + b"&" * FORM_LIMIT)["name"]), FORM_LIMIT)

    @given(st.dictionaries(names, texts))
    def test_every_form_encoder(self, fields):
        self.assertEqual(read_urlencoded(urlencode(fields).encode()), fields)

    @given(st.dictionaries(names, texts))
    def test_encode_uri_with_a_blank_somewhere(self, fields):
        fields = {name: value.replace("&", "") for name, value in fields.items()} | {"memo": "a b"}
        body = b"&".join(name.encode() + b"=" + encode_uri(value) for name, value in fields.items())
        self.assertEqual(read_urlencoded(body), fields)


class Multipart(SynchronousTestCase):
    def test_fields(self):
        body, kind = multipart({"name": "张 三+&=#", "icon": "undefined", "cate": "", "x": "1"})
        self.assertEqual(read_form(kind, body), {"name": "张 三+&=#"})

    def test_files_are_left_out(self):
        body, kind = multipart({"userid": "1"}, [("file", "blob", b"\xff\0"), ("name", "x", b"y")])
        self.assertEqual(read_form(kind, body), {"userid": "1"})

    def test_first_counts(self):
        one, _ = multipart({"name": "a"})
        two, kind = multipart({"name": "b", "desc": "c"})
        self.assertEqual(read_form(kind, one[: one.rindex(b"--xYz")] + two), {"name": "a", "desc": "c"})

    def test_not_text(self):
        body, kind = multipart({"name": "a"}, [])
        for bad in (b"\xff", b"\0"):
            with self.assertRaises(InvalidField):
                read_form(kind, body.replace(b"\r\na\r\n", b"\r\n" + bad + b"\r\n"))

    def test_malformed(self):
        body, kind = multipart({"name": "a"})
        for bad_kind, bad in (
            ("multipart/form-data", body),
            (kind, body[:-6]),
            (kind, b""),
            (kind + "z", body),
            (kind, body.replace(b"form-data", b"x")),
            (kind, b"".join(multipart({"x": "y"})[0][:-7] for _ in range(40))),
        ):
            with self.assertRaises(MalformedForm):
                read_form(bad_kind, bad)


class Json(SynchronousTestCase):
    def test_as_if_written_in_a_form(self):
        body = b'{"name":"bob","id":7,"isRev":true,"icon":null,"gender":"undefined","cate":"","more":{"x":[1]}}'
        expected = {"name": "bob", "id": "7", "isRev": "true"}
        self.assertEqual(read_form("application/json; charset=utf-8", body), expected)

    def test_malformed(self):
        for bad in (b"", b"x", b"[]", b"1", b'{"name":', b'{"name":"\xff"}', b"[" * 60000, b'{"x":' + b"[" * 60000):
            with self.assertRaises(MalformedForm, msg=bad[:20]):
                read_json(bad)

    def test_values_that_are_no_field(self):
        for bad in (b"1.5", b"1e300", b"9007199254740992", b"9" * 6000, b"[]", b"{}", b'"\\u0000"', b'"\\ud800"'):
            with self.assertRaises((InvalidField, MalformedForm), msg=bad[:20]):
                read_json(b'{"name":' + bad + b"}")


class Anything(SynchronousTestCase):
    @given(
        st.none()
        | st.text()
        | st.sampled_from(["multipart/form-data; boundary=x", "application/json", "multipart/form-data; boundary="]),
        st.binary() | st.lists(st.sampled_from(PIECES)).map(b"".join),
    )
    @example("multipart/form-data; boundary=\ud800", b"x")
    @example("multipart/form-data; boundary=\n", b"x")
    def test_is_read_or_refused(self, kind, body):
        try:
            fields = read_form(kind, body)
        except Refused:
            return
        for name, value in fields.items():
            self.assertIn(name, V1_FIELDS)
            self.assertNotIn("\0", value.encode().decode())

    def test_too_large(self):
        self.assertEqual(read_form(None, b"name=" + b"x" * (FORM_LIMIT - 5)).keys(), {"name"})
        with self.assertRaises(FormTooLarge):
            read_form(None, b"name=" + b"x" * (FORM_LIMIT - 4))


class Values(SynchronousTestCase):
    def test_required(self):
        self.assertEqual(required({"name": ""}, "name"), "")
        with self.assertRaises(InvalidField):
            required({}, "name")

    def test_integer(self):
        self.assertEqual(integer({"end": "-12"}, "end", 0), -12)
        self.assertEqual(integer({}, "end", -1), -1)
        for bad in ("", "x", "1.0", "+1", "--1", "1" * 17, "１", " 1"):
            with self.assertRaises(InvalidField):
                integer({"end": bad}, "end", 0)
