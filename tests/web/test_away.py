"""The store is away: every call says so, as its part of the site has it, and none leaves a trace a call in the log."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.exc import OperationalError

from hichat.core.errors import StoreAway
from hichat.storage.store import Store
from hichat.web.api.catalogue import OPERATIONS
from hichat.web.browser.session import SessionResource
from tests.support import site
from tests.support.doubles import make_store, run_now, watch_log
from tests.support.site import FORM, SiteCase

GROUP = 1_000_000_001

V1: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("POST", "user/new", {"name": "eve", "password": "correct horse", "Identity": "correct horse"}),
    ("POST", "user/login_pw", {"name": "ann", "password": "correct horse"}),
    ("GET", "user/list", {}),
    ("POST", "user/updata", {"id": 1, "email": "a@b.example"}),
    ("DELETE", "user/delete", {"id": 1}),
    ("POST", "user/redisMsg", {"userIdA": 1, "userIdB": 2, "start": 0, "end": 9}),
    ("POST", "relation/list", {"userId": 1}),
    ("POST", "relation/add", {"userId": 1, "targetName": "bob"}),
    ("POST", "relation/new_group", {"ownerId": 1, "cate": 0, "name": "g"}),
    ("POST", "relation/group_list", {"ownerId": 1}),
    ("POST", "relation/join_group", {"userId": 1, "comId": "g"}),
    ("POST", "upload/image", {}),
)


def gone(*_: object) -> None:
    raise OperationalError("BEGIN", {}, Exception("connection refused"))


class AwayTests(SiteCase):
    def setUp(self) -> None:
        self.patch(site, "make_store", lambda case: Store(make_store(case).engine, run_now, run_now, serves=True))
        super().setUp()
        self.root.putChild(b"session", SessionResource(self.accounts, self.sign_in_with(self.accounts)))
        self.ann, self.query = self.make_user("ann", "correct horse")
        grant = self.run_now(self.accounts.log_ins.log_in_device("ann", "correct horse", "laptop", "", ""))
        self.token, self.refresh = grant.access, grant.refresh
        self.lines: list[str] = []
        watch_log(self, self.observe)
        # Each transaction fails where it begins.
        self.patch(self.store.engine, "connect", gone)

    def observe(self, event: Any) -> None:
        if event["log_level"].name in ("warn", "error", "critical"):
            self.lines.append(event["log_format"])

    def tearDown(self) -> None:
        # One for what reads, one for what changes.
        self.assertLessEqual(len(self.lines), 2, self.lines)

    def test_v2(self) -> None:
        """Each operation: 503, with a code and with when to come again."""
        asked = 0
        for operation in OPERATIONS:
            path = operation.path.format_map(Numbers())
            body = {
                "/login": {"name": "ann", "password": "correct horse", "device": "laptop"},
                "/users": {"name": "eve", "password": "correct horse"},
                "/refresh": {"refreshToken": self.refresh},
            }.get(operation.path)
            if operation.is_open and body is None:
                continue
            answer = self.api(operation.method, path, body, "" if operation.is_open else self.token)
            problem = self.problem(answer, 503, StoreAway.code)
            self.assertEqual((answer.headers["retry-after"], problem["retryAfter"]), ("2", 2.0), operation.id)
            asked += 1
        self.assertGreater(asked, 40)

    def test_v1(self) -> None:
        """Status 200 and code -1, as these clients look at nothing else."""
        for language, said in (("zh", StoreAway.zh), ("en", StoreAway.en)):
            for method, path, fields in V1:
                form = urlencode(fields).encode()
                answer = self.request(
                    method, f"/v1/{path}{self.query}", form, Content_Type=FORM, Accept_Language=language
                )
                self.assertEqual((answer.status, answer.json["code"], answer.json["message"]), (200, -1, said), path)

    def test_the_rest(self) -> None:
        url = self.addresses.open_url("A" * 22)
        for method, target, status in (("GET", url, 503), ("HEAD", url, 503)):
            answer = self.request(method, target, Accept_Language="en")
            self.assertEqual((answer.status, answer.headers["retry-after"]), (status, "2"))
        body = json.dumps({"name": "ann", "password": "correct horse", "label": "x"}).encode()
        answer = self.request("POST", "/session", body, Content_Type="application/json")
        self.problem(answer, 503, StoreAway.code)


class Numbers(dict[str, int]):
    """For the places in paths: numbers that may be what is meant there."""

    def __missing__(self, name: str) -> int:
        return GROUP if name == "group" else 2
