"""Tests for what administrators see of the server, and choose there, over HTTP."""

from hichat.accounts import users
from hichat.accounts.roles import ServerRole
from hichat.audit import entries
from hichat.audit.entries import Entry
from hichat.cluster.nodes import NodeEntry
from hichat.core.kinds import Kind
from hichat.log.growth import DAY_LENGTH
from hichat.runtime.neighbours import ALONE
from hichat.web.api import admin
from hichat.web.api.catalogue import OPERATIONS
from hichat.web.server import DiskFacts, OnlineDevice, ServerView, SettingFact, SizeFacts, WorkerFacts
from tests.support.conversations import TEAM, ConversationsCase
from tests.support.doubles import NOW
from tests.support.postgres import OnPostgreSQL

SIZES = SizeFacts(1000, 200, 3, 500, [DiskFacts("/var", 70, 100)])


class ServerCase(ConversationsCase):
    """Cat is an administrator."""

    def build(self):
        super().build()
        self.signed_in: dict[int, list[OnlineDevice]] = {}
        self.server = ServerView(
            ALONE,
            self.clock,
            lambda: WorkerFacts("alpha", 0, "1.0", NOW, 3, 2, 40, 1, SIZES),
            lambda after, limit: sorted(item for item in self.signed_in.items() if item[0] > after)[:limit],
            [
                SettingFact("HICHAT_LISTEN", "--listen", "where", "tcp:8000", "environment", "tcp:9000"),
                SettingFact("HICHAT_DATABASE", "--database", "what", "", "hichat.toml", None),
                SettingFact("HICHAT_REDIS", "--redis", "who", "", "default", ""),
            ],
            "invite",
        )
        self.mount(self.accounts)

    def get(self, path, user=3, status=200):
        return self.good(user, "GET", f"/admin/{path}", status=status)


class ServerTests(ServerCase):
    def test_only_administrators(self):
        """A moderator sees nothing of the server, and changes nothing there."""
        self.successResultOf(self.store.write(users.set_role, 2, ServerRole.MODERATOR, self.now))
        bodies = {
            "PUT /admin/registration": {"policy": "open"},
            "POST /admin/announcements": {"text": "hi"},
            "POST /admin/invites": {},
        }
        mine = (
            "registration",
            "invites",
            "announcements",
            "workers",
            "online",
            "storage",
            "growth",
            "settings",
            "audit",
        )
        seen = 0
        for operation in OPERATIONS:
            if operation.path.startswith(tuple(f"/admin/{name}" for name in mine)):
                path = operation.path.replace("{invite}", "0" * 64)
                body = bodies.get(f"{operation.method} {operation.path}")
                for user in (1, 2):
                    answer = self.good(user, operation.method, path, body, status=403)
                    self.assertEqual(answer["code"], "not_administrator", operation.path)
                seen += 1
        self.assertEqual(seen, 14)

    def test_workers(self):
        (found,) = self.get("workers")["items"]
        self.assertEqual(
            found,
            {
                "host": "alpha",
                "worker": 0,
                "version": "1.0",
                "began": NOW,
                "connections": 3,
                "users": 2,
                "position": 40,
                "lag": 1,
            },
        )

    def test_pages_of_workers(self):
        facts = [WorkerFacts(host, number, "1.0", NOW, 3, 2, 40, 1) for host in ("alpha", "beta") for number in (0, 1)]

        async def workers():
            return facts

        self.patch(self.server, "workers", workers)
        first = self.get("workers?limit=3")
        rest = self.get(f"workers?limit=3&cursor={first['next']}")
        found = [(each["host"], each["worker"]) for each in first["items"] + rest["items"]]
        self.assertEqual((len(first["items"]), found), (3, [(each.host, each.worker) for each in facts]))
        self.assertNotIn("next", rest)

    def test_pages_of_nodes(self):
        nodes = [NodeEntry(number, "up", "", "1.0", 3, 1, 0, NOW, NOW) for number in (0, 1, 4)]
        self.patch(admin, "read_nodes", lambda connection, now: nodes)
        first = self.get("nodes?limit=2")
        rest = self.get(f"nodes?limit=2&cursor={first['next']}")
        self.assertEqual([[each["number"] for each in page["items"]] for page in (first, rest)], [[0, 1], [4]])
        self.assertNotIn("next", rest)

    def test_storage(self):
        found = self.get("storage")
        self.assertEqual(
            (found["database"], found["search"], found["uploads"], found["uploadsBytes"]), (1000, 200, 3, 500)
        )
        self.assertEqual(found["disks"], [{"host": "alpha", "directory": "/var", "free": 70, "size": 100}])

    def test_online(self):
        self.signed_in = {
            1: [OnlineDevice(7, "v2", "10.0.0.1", NOW), OnlineDevice(0, "v1", "10.0.0.2", 0)],
            2: [OnlineDevice(8, "v2", "10.0.0.3", NOW)],
            9: [OnlineDevice(9, "v2", "10.0.0.4", NOW)],
        }
        page = self.get("online?limit=2")
        ann, bob = page["items"]
        self.assertEqual((ann["user"]["name"], bob["user"]["name"]), ("Ann", "Bob"))
        self.assertEqual(
            ann["devices"],
            [
                {"protocol": "v2", "address": "10.0.0.1", "device": 7, "since": NOW},
                {"protocol": "v1", "address": "10.0.0.2"},
            ],
        )
        rest = self.get(f"online?limit=2&cursor={page['next']}")
        self.assertEqual([each["user"] for each in rest["items"]], [{"id": 9}])
        self.assertNotIn("next", rest)

    def test_settings(self):
        page = self.get("settings?limit=2")
        listen, database = page["items"]
        self.assertEqual(
            (listen["value"], listen["source"], listen["default"]), ("tcp:9000", "environment", "tcp:8000")
        )
        self.assertEqual((database["secret"], "value" in database), (True, False))
        (redis,) = self.get(f"settings?limit=2&cursor={page['next']}")["items"]
        self.assertEqual((redis["name"], "secret" in redis, "value" in redis), ("HICHAT_REDIS", False, False))

    def test_growth(self):
        before = self.get("growth")
        self.assertEqual((len(before["items"]), before["accounts"]), (30, 3))
        self.assertEqual(before["items"][-1]["accounts"], 3)
        self.assertEqual(before["items"][-1]["events"], before["events"])
        self.now += 2 * DAY_LENGTH
        for _ in range(3):
            self.say(1, "hi", user=2)
        self.now += 3 * DAY_LENGTH
        self.say(1, "hi", user=2)
        self.make_user("Dan")
        found = self.get("growth")
        days = found["items"]
        self.assertEqual([day["events"] for day in days[-6:]], [before["events"], 0, 3, 0, 0, 1])
        self.assertEqual([day["accounts"] for day in days[-6:]], [3, 0, 0, 0, 0, 1])
        self.assertEqual((found["events"], found["accounts"]), (before["events"] + 4, 4))
        self.assertEqual(days[0]["day"] < days[-1]["day"], True)
        self.assertNotIn("next", found)
        first = self.get("growth?limit=20")
        rest = self.get(f"growth?limit=20&cursor={first['next']}")
        self.assertEqual((len(first["items"]), first["items"] + rest["items"]), (20, days))
        self.assertNotIn("next", rest)


class AuditTests(ServerCase):
    def add(self, *made):
        self.successResultOf(self.store.write(entries.add, made))

    def test_filters(self):
        self.add(
            Entry(act="log_in", actor=1, whose=1, address="10.0.0.1", via="v2", at=10),
            Entry(act="kick", actor=2, whose=1, group=TEAM, outcome="muted", at=20),
            Entry(act="user add", whose=2, address="root", via="command", at=30, count=4, detail='{"x":1}'),
        )
        found = self.get("audit")["items"]
        self.assertEqual([each["act"] for each in found], ["user add", "kick", "log_in"])
        self.assertEqual(
            found[0],
            {
                "id": found[0]["id"],
                "time": 30,
                "act": "user add",
                "outcome": "ok",
                "count": 4,
                "whose": {"id": 2, "name": "Bob", "displayName": "Bob", "role": "member"},
                "address": "root",
                "via": "command",
                "detail": '{"x":1}',
            },
        )
        self.assertEqual((found[1]["group"], found[1]["outcome"], found[1]["actor"]["id"]), (TEAM, "muted", 2))
        for query, acts in (
            ("user=1", ["kick", "log_in"]),
            ("user=2", ["user add", "kick"]),
            ("act=kick", ["kick"]),
            ("since=20", ["user add", "kick"]),
            ("since=31", []),
            ("user=1&since=15", ["kick"]),
            ("user=77", []),
        ):
            page = self.get(f"audit?{query}")
            self.assertEqual([each["act"] for each in page["items"]], acts, query)
            self.assertNotIn("next", page, query)

    def test_pages(self):
        """A page looks through a part of the log: what is found is all there is, in order, once."""
        self.patch(entries, "LOOKED_THROUGH", 10)
        self.add(*(Entry(act="often" if each % 20 else "rare", actor=1, at=each) for each in range(1, 61)))
        for query, wanted in (
            ("act=rare", [60, 40, 20]),
            ("user=1", [*range(60, 0, -1)]),
            ("act=rare&since=30", [60, 40]),
        ):
            found, cursor, pages = [], "", 0
            while True:
                page = self.get(f"audit?limit=7&{query}{cursor}")
                found += [each["time"] for each in page["items"]]
                pages += 1
                if "next" not in page:
                    break
                cursor = f"&cursor={page['next']}"
            self.assertEqual(found, wanted, query)
            self.assertLess(pages, 12)


class RegistrationTests(ServerCase):
    def register(self, name, status=201, **more):
        answer = self.api("POST", "/accounts", {"name": name, "password": "correct horse battery"} | more)
        self.assertEqual(answer.status, status, answer.body)
        return answer.json

    def choose(self, policy):
        return self.good(3, "PUT", "/admin/registration", {"policy": policy})

    def test_the_policy(self):
        self.assertEqual(self.get("registration"), {"policy": "invite", "setting": "invite"})
        self.register("Dan")
        found = self.choose("closed")
        self.assertEqual(
            (found["policy"], found["setting"], found["chosen"], found["chosenBy"]["id"]), ("closed", "invite", NOW, 3)
        )
        self.assertEqual(self.register("Eve", 403)["code"], "registration_closed")
        self.choose("invite")
        self.assertEqual(self.register("Eve", 403)["code"], "bad_invite")
        self.choose("open")
        self.register("Eve")
        self.choose("closed")
        self.assertEqual(self.good(3, "DELETE", "/admin/registration"), {"policy": "invite", "setting": "invite"})
        # The accounts of these tests are open by their setting.
        self.register("Finn")
        self.good(3, "PUT", "/admin/registration", {"policy": "local"}, status=400)

    def test_invites(self):
        self.choose("invite")
        made = self.good(3, "POST", "/admin/invites", {"uses": 2, "days": 1, "role": "guest"}, status=201)
        self.assertEqual(made["expires"], NOW + 24 * 3600 * 1000)
        (found,) = self.get("invites")["items"]
        self.assertEqual((found["uses"], found["left"], found["role"], found["by"]["id"]), (2, 2, "guest", 3))
        self.assertNotIn(made["code"], str(found))
        self.register("Dan", invite=made["code"])
        (found,) = self.get("invites")["items"]
        self.assertEqual((found["uses"], found["left"]), (2, 1))
        self.good(3, "DELETE", f"/admin/invites/{found['id']}", status=204)
        answer = self.good(3, "DELETE", f"/admin/invites/{found['id']}", status=404)
        self.assertEqual(answer["code"], "no_such_invite")
        self.assertEqual(self.register("Eve", 403, invite=made["code"])["code"], "bad_invite")
        self.assertEqual(self.get("invites")["items"], [])
        for body in ({"uses": 0}, {"days": 367}, {"role": "owner"}):
            self.good(3, "POST", "/admin/invites", body, status=400)

    def test_pages_of_invites(self):
        for each in range(5):
            self.now += each % 2
            self.good(3, "POST", "/admin/invites", {"uses": each + 1}, status=201)
        first = self.get("invites?limit=2")
        second = self.get(f"invites?limit=9&cursor={first['next']}")
        found = [each["uses"] for each in first["items"] + second["items"]]
        self.assertEqual((sorted(found), len(first["items"])), ([1, 2, 3, 4, 5], 2))
        made = [each["made"] for each in first["items"] + second["items"]]
        self.assertEqual(made, sorted(made, reverse=True))
        self.now += 8 * 24 * 3600 * 1000
        self.assertEqual(self.get("invites")["items"], [])


class AnnouncementTests(ServerCase):
    def test_writing_to_everybody(self):
        made = self.good(3, "POST", "/admin/announcements", {"text": "Cake *now*"}, status=201)
        (event,) = self.events(Kind.MESSAGE)
        self.assertEqual((event.position, event.sender, made["time"]), (made["id"], 3, self.now))
        shown = self.good(1, "GET", "/conversations/announcements/messages")["items"]
        self.assertEqual([(each["text"], each["from"]) for each in shown], [("Cake *now*", 3)])
        for text, code in (("", "invalid_field"), ("é" * 5000, "too_long")):
            self.assertEqual(self.good(3, "POST", "/admin/announcements", {"text": text}, status=400)["code"], code)

    def test_pages(self):
        for each in range(5):
            self.say(3, f"{each}")
        first = self.get("announcements?limit=2")
        self.assertEqual([each["text"] for each in first["items"]], ["4", "3"])
        self.assertEqual(first["items"][0]["by"]["name"], "Cat")
        rest = self.get(f"announcements?limit=3&cursor={first['next']}")
        self.assertEqual([each["text"] for each in rest["items"]], ["2", "1", "0"])
        self.assertNotIn("next", rest)


class ServerOnPostgreSQLTests(OnPostgreSQL, ServerTests):
    pass


class AuditOnPostgreSQLTests(OnPostgreSQL, AuditTests):
    pass


class RegistrationOnPostgreSQLTests(OnPostgreSQL, RegistrationTests):
    pass
