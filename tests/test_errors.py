"""What people are told."""

from twisted.trial.unittest import SynchronousTestCase

from hichat.core.errors import FormTooLarge, amount


class AmountTests(SynchronousTestCase):
    def test_in_the_largest_unit_and_never_too_much(self) -> None:
        for size, said in (
            (1, "1 B"),
            (1023, "1023 B"),
            (64 * 1024, "64 KB"),
            (1536, "1.5 KB"),
            (10 * 1024**2, "10 MB"),
            (10 * 1024**2 - 1, "9.9 MB"),
            (3 * 1024**3, "3 GB"),
        ):
            self.assertEqual(amount(size), said)

    def test_what_is_too_large_names_the_limit(self) -> None:
        error = FormTooLarge(10 * 1024**2)
        self.assertEqual(error.text("en"), "the request is too large: at most 10 MB")
        self.assertEqual(error.text("zh"), "提交的内容过大，最多 10 MB")
