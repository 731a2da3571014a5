"""The log's two forms."""

import io
import json

from twisted.logger import Logger
from twisted.trial.unittest import SynchronousTestCase

from hichat.logs import JSONLines


class JSONLinesTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.file = io.StringIO()
        self.log = Logger(namespace="hichat.test", observer=JSONLines(self.file))

    def lines(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.file.getvalue().splitlines()]

    def test_fields(self) -> None:
        self.log.info("user {user} said\nsomething", user=7)
        (line,) = self.lines()
        self.assertEqual(line["message"], "user 7 said\nsomething")
        self.assertEqual((line["user"], line["level"], line["namespace"]), (7, "info", "hichat.test"))

    def test_objects_stay_out(self) -> None:
        self.log.info("{user}", user=7, request=self)
        self.assertNotIn("request", self.lines()[0])

    def test_failure(self) -> None:
        try:
            raise ZeroDivisionError
        except ZeroDivisionError:
            self.log.failure("bad")
        self.assertIn("ZeroDivisionError", str(self.lines()[0]["traceback"]))
