"""v1's list of all users, which is kept."""

import json
from itertools import count
from random import Random

from twisted.trial.unittest import SynchronousTestCase
from twisted.web.resource import Resource

from hichat.accounts import users
from hichat.v1.user_list import KEPT_LIST_LIMIT, SETTLED, Pieces, UserList
from tests.support.doubles import NOW, make_store
from tests.support.postgres import OnPostgreSQL
from tests.support.site import SiteCase, request_bytes


class ListCase(SynchronousTestCase):
    def setUp(self):
        self.store = make_store(self)
        self.now = NOW
        self.encoded: list[int] = []
        self.list = self.make()
        self.people = [self.add(f"user {i}") for i in range(5)]

    def make(self, limit=KEPT_LIST_LIMIT):
        return UserList(self.encode, lambda: self.now, limit)

    def encode(self, user, oneself):
        if not oneself:
            self.encoded.append(user.id)
        return json.dumps([user.id, user.name, user.login_at, user.phone if oneself else ""]).encode()

    def add(self, name):
        with self.store.transaction() as connection:
            return users.insert(connection, name, "x", self.now)

    def write(self, change, *args):
        with self.store.transaction() as connection:
            change(connection, *args)

    def read(self, viewer=None, of=None):
        """@return: the rows, and the ids of those that were made anew for it."""
        self.encoded.clear()
        with self.store.snapshot() as connection:
            pieces = (of or self.list).read(connection, viewer or self.people[0])
        return json.loads(b"".join(pieces)), sorted(self.encoded)

    def check(self):
        """What is kept is what it would be if it were made anew; @return: what was made anew."""
        found, made = self.read()
        self.assertEqual(found, self.read(of=self.make())[0])
        return made


class Lists(ListCase):
    def test_made_once(self):
        self.now += SETTLED + 1
        first, made = self.read()
        self.assertEqual((len(first), len(made)), (5, 5))
        self.assertEqual(self.read(), (first, []))

    def test_each_sees_oneself(self):
        someone = self.people[2]
        self.write(users.change, someone.id, {"phone": "13800000000"}, self.now)
        for person in self.people:
            phones = {row[0]: row[3] for row in self.read(person)[0]}
            self.assertEqual(phones.pop(someone.id), "13800000000" if person is someone else "")
            self.assertEqual(set(phones.values()), {""})

    def test_what_changes_is_seen(self):
        self.now += SETTLED + 1
        self.read()
        one, other, *_ = (person.id for person in self.people[1:])
        for change in (
            (users.change, one, {"name": "renamed"}),
            (users.record_login, one, "192.0.2.1", "5"),
            (users.disable, other),
            (users.delete, other),
        ):
            self.now += SETTLED + 1
            self.write(*change, self.now)
            self.assertLessEqual(set(self.check()), {one, other})
            self.now += SETTLED + 1
            self.check()
            self.assertEqual(self.check(), [])
        self.assertEqual(self.read()[0][2][0], self.people[3].id, "the third is who was the fourth")
        new = self.add("new")
        self.assertEqual(self.check(), [new.id])

    def test_changes_within_a_millisecond(self):
        for name in ("a", "b", "c"):
            self.write(users.change, self.people[1].id, {"name": name}, self.now)
            self.check()
        self.now += SETTLED + 1
        self.check()
        self.assertEqual(self.check(), [])

    def test_a_clock_that_goes_back(self):
        self.now += SETTLED + 1
        self.read()
        for back in (1, 1000, 10**9, 10**9 + 5):
            self.write(users.change, self.people[1].id, {"name": f"name {back}"}, self.now - back)
            self.assertEqual(self.check(), [self.people[1].id])

    def test_whatever_happens(self):
        """Seeded: people come, go, change and log in, while the clock does what it likes."""
        random = Random(18)
        for _ in range(150):
            self.now += random.choice([0, 0, 1, 500, SETTLED, SETTLED + 1, -1, -3000])
            for _ in range(random.randrange(3)):
                some = random.choice(self.people[1:])
                match random.randrange(6):
                    case 0:
                        self.people.append(self.add(f"new {random.random()}"))
                    case 1 if len(self.people) > 3:
                        self.people.remove(some)
                        self.write(users.delete, some.id, self.now)
                    case 2 | 3:
                        self.write(users.record_login, some.id, "192.0.2.1", "5", self.now)
                    case _:
                        self.write(users.change, some.id, {"name": f"name {random.random()}"}, self.now)
            self.check()

    def test_oneself_deleted(self):
        self.write(users.delete, self.people[0].id, self.now)
        self.assertEqual(len(self.read(self.people[0])[0]), 4)
        self.write(users.delete, self.people[4].id, self.now)
        self.assertEqual(len(self.read(self.people[4])[0]), 3)

    def test_nobody(self):
        for person in self.people:
            self.write(users.delete, person.id, self.now)
        self.assertEqual(self.read()[0], [])

    def test_too_long_to_be_kept(self):
        short = self.make(limit=100)
        self.assertEqual(self.read(of=short)[1], [person.id for person in self.people])
        self.assertEqual(self.read(of=short)[1], [person.id for person in self.people])
        self.assertEqual(short._kept.body, b"")


class Answers(SiteCase):
    def test_only_as_fast_as_it_is_read(self):
        class Long(Resource):
            isLeaf = True

            def render_GET(self, request):
                return Pieces([memoryview(b"["), memoryview(bytes(1_000_000)), memoryview(b"]")]).render(request)

        self.root.mount("long", Long())
        connection = self.connect()
        written = count()
        protocol, write = connection.protocol, connection.transport.write

        def full(data):
            write(data)
            if next(written) == 2:
                protocol.pauseProducing()

        self.patch(connection.transport, "write", full)
        connection.send(request_bytes("GET", "/long"))
        self.assertLess(len(connection.received()), 200_000)
        protocol.resumeProducing()
        answer = connection.answer()
        self.assertEqual((answer.headers["content-length"], len(answer.body)), ("1000002", 1_000_002))
        connection.send(request_bytes("GET", "/nothing"))
        self.assertEqual(connection.received().count(b"HTTP/1.1 404"), 1)

    def test_the_client_goes_away(self):
        made: list[Pieces] = []

        class Long(Resource):
            isLeaf = True

            def render_GET(self, request):
                made.append(Pieces([memoryview(bytes(1_000_000))]))
                return made[0].render(request)

        self.root.mount("long", Long())
        connection = self.connect()
        self.patch(connection.transport, "write", lambda data: connection.protocol.pauseProducing())
        connection.send(request_bytes("GET", "/long"))
        connection.protocol.stopProducing()
        connection.transport.loseConnection()
        self.assertEqual(made[0]._pieces, [])


class ListsOnPostgreSQL(OnPostgreSQL, Lists):
    pass
