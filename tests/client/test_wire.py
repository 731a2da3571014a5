"""What frames and addresses mean."""

import json

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from hichat.client.wire import (
    Address,
    ClientError,
    Complaint,
    Credentials,
    MessageMedia,
    Type,
    V1Message,
    decode,
)
from tests.support.client import read


class DecodeTests(SynchronousTestCase):
    def test_as_the_page_writes_it(self):
        text = '{"TargetId":2,"Type":1,"CreateTime":1669,"userId":1,"Media":3,"Content":"","url":"/a.webm","amount":4}'
        self.assertEqual(decode(text), V1Message(1, 2, Type.PRIVATE, MessageMedia.AUDIO, "", "/a.webm", 4, text))

    def test_keys_in_any_case(self):
        message = read('{"USERID":1,"targetid":2,"TYPE":2,"media":1,"content":"hi","Amount":3}')
        self.assertEqual((message.sender, message.target, message.type), (1, 2, Type.GROUP))
        self.assertEqual((message.content, message.seconds), ("hi", 3))

    def test_an_exact_spelling_wins(self):
        self.assertEqual(read('{"CONTENT":"no","Content":"yes","content":"no"}').content, "yes")

    def test_a_file_has_a_key_of_its_own(self):
        self.assertEqual(read('{"Url":"/f.pdf"}').url, "/f.pdf")
        self.assertEqual(read('{"Url":"/f.pdf","url":"/p.png"}').url, "/p.png")

    def test_wrong_types_read_as_nothing(self):
        message = read('{"userId":"1","TargetId":null,"Type":1.5,"Media":[],"Content":{},"url":7}')
        self.assertEqual(
            (message.sender, message.target, message.type, message.media, message.content, message.url),
            (0, 0, 0, 0, "", ""),
        )

    def test_unknown_numbers_are_kept(self):
        self.assertEqual(read('{"Type":77,"Media":88}').type, 77)

    def test_what_is_no_object_is_a_complaint(self):
        for text in ("the content is too long", "[1]", "7", "{", "[" * 100_000, "1" * 10_000, ""):
            self.assertEqual(decode(text), Complaint(text))

    @given(st.text() | st.dictionaries(st.text(), st.integers() | st.text() | st.floats()).map(json.dumps))
    def test_nothing_breaks_it(self, text):
        self.assertIsInstance(decode(text), (V1Message, Complaint))


class AddressTests(SynchronousTestCase):
    def test_schemes_and_ports(self):
        for url, root in [
            ("http://a.example", "http://a.example"),
            ("ws://a.example:8080/", "http://a.example:8080"),
            ("https://a.example/chat/", "https://a.example/chat"),
            ("wss://[::1]:9", "https://[::1]:9"),
            ("localhost:8080", "http://localhost:8080"),
        ]:
            self.assertEqual(Address.parse(url).http, root)

    def test_what_is_none(self):
        for url in (
            "",
            "ftp://a",
            "http://",
            "http://a:b",
            "http://[::1",
            "http://u:p@a",
            "http://a/?q=1",
            "http://a#f",
            "http://a/x y",
            "http://a/\x7f",
        ):
            self.assertRaises(ClientError, Address.parse, url)

    def test_a_token_is_not_shown(self):
        self.assertNotIn("secret", repr(Credentials(1, "secret")))
