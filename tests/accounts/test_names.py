"""Names: which there may be, when two are one, and which look alike."""

from threading import Thread
from unicodedata import normalize

from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from hichat.accounts import names, users
from hichat.accounts.guard import _look
from hichat.accounts.names import check_reserved, group_name, user_name
from hichat.accounts.resting import REST, RESTING_LIMIT, Resting
from hichat.core.errors import InvalidField, InvalidName, NameReserved, NameTaken
from hichat.core.lookalikes import MIXED, columns_of, look_of, prototypes, script_of
from hichat.core.text import key_of, name_key
from hichat.groups import queries
from hichat.storage import migrate, tables
from hichat.storage.engine import make_engine
from hichat.storage.migrations.versions import v0010_names
from hichat.storage.store import Store
from tests import proof
from tests.support.accounts import AccountsCase
from tests.support.doubles import NOW, make_old_store, make_store, run_now
from tests.support.postgres import OnPostgreSQL

PASSWORD = "correct horse"
TEXTS = st.text(
    st.one_of(
        st.sampled_from("aAbBİıſßΣςǅ ＡｶﾞKéΐ\u0301\u0307\u0345\u200b\u200d\u2060\u3164\u3000\u00a0\u2800ﷺ한אа中1lI|."),
        st.characters(),
    ),
    max_size=80,
)


class Rules(SynchronousTestCase):
    def test_users(self) -> None:
        for given_text, kept in (
            ("  Ann ", "Ann"),
            ("Bob  Smith", "Bob Smith"),
            ("Bob\u3000\u00a0Smith", "Bob Smith"),
            ("ａｎｎ", "ann"),
            ("ｶﾞｽ", "ガス"),
            ("张 三+&=#", "张 三+&=#"),
            ("Zoe\u0308", "Zoë"),
            ("İpek", "İpek"),
            ("אבא", "אבא"),
            ("123", "123"),
            (normalize("NFD", "한" * 60), "한" * 60),
            ("ｶﾞ" * 64, "ガ" * 64),
        ):
            self.assertEqual(user_name(given_text), kept)

    def test_users_may_not(self) -> None:
        for bad in (
            "a\u200bnn",
            "ann\u200d",
            "a\u2060nn",
            "ann\u3164",
            "ann\u115f",
            "a\u00adnn",
            "ann\ufe0f",
            "😀",
            "½",
            "\u0301",
            "\u0301ann",
            "ann \u0316b",
        ):
            error = self.assertRaises(InvalidName, user_name, bad)
            self.assertEqual((error.code, error.field), ("invalid_field", "name"))
            self.assertIn("single blanks", error.text("en"))
            self.assertIn("最长 64 个字符", error.text("zh"))
        for bad in ("", " ", "\u3000", "x" * 65, "a\nb", "a\0b", "\ud800", "ᾂ" * 65):
            self.assertEqual(self.assertRaises(InvalidField, user_name, bad, "title").field, "title")

    def test_groups(self) -> None:
        for given_text, kept in (
            ("  The   Team 😀 ", "The Team 😀"),
            ("ＴＥＡＭ", "TEAM"),
            ("½ off!", "1⁄2 off!"),
            ("群“聊”", "群“聊”"),
        ):
            self.assertEqual(group_name(given_text), kept)
        for bad in (
            "\u2800",
            "\u2800 \u2800",
            "\u0301team",
            "team \u20e3",
            "",
            "te\u200bam",
            "team\u3164",
            "a\nb",
            "\udfff",
            "x" * 65,
            "ﷺ" * 10,
        ):
            self.assertRaises(InvalidField, group_name, bad)

    @given(TEXTS)
    @settings(max_examples=proof.many(500, 100), deadline=None)
    @example("İ\u0301")
    @example("ΐ" * 64)
    def test_any_text(self, given_text: str) -> None:
        """Whatever it is, it is a name or an invalid field; what is kept is its own name, and fits."""
        for rule in (user_name, group_name):
            try:
                name = rule(given_text)
            except InvalidField:
                continue
            self.assertEqual(rule(name), name)
            made = columns_of(name)
            self.assertEqual(made["name_match"], key_of(given_text))
            self.assertTrue(1 <= len(name) <= 64)
            self.assertTrue(
                all(1 <= len(made[column]) <= 192 for column in ("name_key", "name_match", "name_look")), made
            )
            self.assertLessEqual(len(made["name_script"]), 32)
            name.encode()

    @given(TEXTS)
    @settings(max_examples=proof.many(500, 100), deadline=None)
    def test_keys_of_any_text(self, given_text: str) -> None:
        key = key_of(given_text)
        self.assertEqual(key_of(key), key)
        self.assertEqual(key_of(name_key(given_text)), key, "the new key joins names, and parts none")
        self.assertLessEqual(max(len(key), len(look_of(given_text))), 192)
        script_of(given_text)


class Alike(SynchronousTestCase):
    def test_one_name(self) -> None:
        for one, other in (
            ("İpek", "ipek"),
            ("ANN", "ann"),
            ("ａｎｎ", "Ann"),
            ("Straße", "STRASSE"),
            ("a  b", "A\u3000B"),
        ):
            self.assertEqual(key_of(one), key_of(other))
        self.assertNotEqual(key_of("ann"), key_of("аnn"))

    def test_the_table(self) -> None:
        found = prototypes()
        self.assertGreater(len(found), 6000)
        self.assertEqual([sign for sign, other in found.items() if any(each in found for each in other)], [])

    def test_looks(self) -> None:
        for one, other in (
            ("ann", "аnn"),
            ("ann", "ａｎｎ"),
            ("ann", "a\u200bnn"),
            ("ann", "ann\u3164"),
            ("bob", "ВОВ"),
            ("Bob", "Воb"),
            ("ian", "Іan"),
            ("modem", "Мodem"),
            ("scope", "ѕсоре"),
            ("user1", "user١"),
            ("ann", "ɑnn"),
            ("工", "エ"),
        ):
            self.assertEqual(look_of(one), look_of(other))
            self.assertTrue(script_of(one) != script_of(other) or script_of(one) == MIXED, (one, other))
        for one, other in (("modern", "modem"), ("100", "l0O"), ("vv", "w"), ("Anna", "Hanna")):
            self.assertEqual((script_of(one), script_of(other)), ("LATIN", "LATIN"))
        self.assertNotEqual(look_of("Anna"), look_of("Анна"))
        self.assertNotEqual(look_of("ann"), look_of("ánn"))

    def test_reserved(self) -> None:
        for bad in (
            "admin",
            "ADMIN",
            "аdmіn",
            "ad min",
            "Admin.",
            "_root_",
            "HiChat",
            "Ηichat",
            "adm1n",
            "System",
            "管理员",
            "SUPP0RT",
            "管理員",
            "系 統",
            "Админ",
            "all",
            "ＡＬＬ",
            "所有人",
        ):
            self.assertRaises(NameReserved, check_reserved, bad)
        for good in ("ann", "Ali", "ALI", "Al L", "adminton", "rooter", "Ada Minister", "管理", "Root Beer"):
            check_reserved(good)
        self.assertIn("reserved", NameReserved().text("en"))
        self.assertIn("保留", NameReserved().text("zh"))


class Taking(AccountsCase):
    def taken(self, name: str) -> None:
        self.fails(NameTaken, self.accounts.registrar.register(name, PASSWORD, PASSWORD))

    def invite_user(self, name: str) -> users.User:
        return self.register(name, PASSWORD)

    def old(self, *called: str) -> None:
        """Users from before the rules, as the migration leaves them."""
        row = {"password_hash": self.hasher.hash(PASSWORD), "created_at": NOW, "updated_at": NOW}
        rows = [row | columns_of(name) for name in called]
        self.successResultOf(
            self.store.write(lambda connection: connection.execute(tables.users.insert(), rows).close())
        )

    def test_what_looks_like_somebody_is_taken(self) -> None:
        self.invite_user("Ann")
        for name in ("aNN", "ａｎｎ", "аnn", "АNN", "ɑnn", " Ann "):
            self.taken(name)
        for name in ("modern", "modem", "Anna", "Bob"):
            self.invite_user(name)

    def test_what_looks_like_a_name_from_before(self) -> None:
        self.old("ann\u200b", "Bob  Smith", "İpek", "E\u3164")
        for name in ("ann", "Bob Smith", "bob\u3000smith", "ipek", "e"):
            self.taken(name)

    def test_names_from_before_go_on(self) -> None:
        """They are found as they were typed ever since; and else by what is one name with theirs."""
        self.old("ann\u200b", "ANN2", "ａｎｎ2", "İpek", "Bob  Smith", "😀", "a" + "\u0316" * 63)
        for typed, user in (
            ("ann\u200b", 1),
            ("ann2", 2),
            ("ＡＮＮ2", 3),
            ("ipek", 4),
            ("İPEK", 4),
            ("bob  smith", 5),
            ("bob smith", 5),
            ("😀", 6),
            ("a" + "\u0316" * 63, 7),
        ):
            self.assertEqual(self.log_in(typed, PASSWORD)[1].id, user, typed)

    def test_names_from_before_may_be_said_again(self) -> None:
        """A page that sends the whole profile sends the name with it."""
        self.old("Bob  Smith 😀")
        user = self.found(1)
        changed = self.get(self.accounts.profiles.update(user, {"name": "Bob  Smith 😀", "gender": "m"}))
        self.assertEqual((changed.name, changed.gender), ("Bob  Smith 😀", "m"))
        self.old("a" + "\u0316" * 63)
        marked = self.get(self.accounts.profiles.update(self.found(2), {"name": "a" + "\u0316" * 63, "gender": "m"}))
        self.assertEqual(marked.gender, "m")
        self.fails(InvalidField, self.accounts.profiles.update(self.found(2), {"name": "a" + "\u0316" * 300}))
        self.fails(InvalidName, self.accounts.profiles.change(user, {"name": "Rob Smith 😀"}))
        self.assertEqual(self.get(self.accounts.profiles.change(user, {"name": "Rob  Smith"})).name, "Rob Smith")

    def test_only_the_case_changes(self) -> None:
        self.old("ann", "ａｎｎ")
        self.assertEqual(self.get(self.accounts.profiles.change(self.found(1), {"name": "ANN"})).name, "ANN")
        bob = self.invite_user("вов")
        self.invite_user("bob")
        self.fails(NameTaken, self.accounts.profiles.change(bob, {"name": "ВОВ"}))

    def test_renames_obey(self) -> None:
        self.invite_user("Ann")
        bob = self.invite_user("Bob")
        self.fails(NameTaken, self.accounts.profiles.change(bob, {"name": "аnn"}))
        self.fails(NameTaken, self.accounts.profiles.update(bob, {"name": "ａｎｎ"}))
        self.fails(NameReserved, self.accounts.profiles.update(bob, {"name": "Аdmin"}))
        self.fails(InvalidName, self.accounts.profiles.update(bob, {"name": "b\u200bob"}))
        self.fails(NameReserved, self.accounts.profiles.update(bob, {"name": "root", "password": PASSWORD * 2}))
        self.assertEqual(self.found(bob.id), bob)

    def test_reserved_is_for_the_operator(self) -> None:
        self.fails(NameReserved, self.accounts.registrar.register("Admin", PASSWORD, PASSWORD))
        admin = self.get(self.accounts.registrar.register("Admin", PASSWORD, PASSWORD, by_operator=True))
        self.assertEqual(self.get(self.accounts.profiles.change(admin, {"name": "ADMIN", "bio": "x"})).name, "ADMIN")
        self.assertEqual(self.log_in("admin", PASSWORD)[1].id, admin.id)

    def test_what_was_given_up_rests(self) -> None:
        ann = self.invite_user("Ann")
        renamed = self.get(self.accounts.profiles.change(ann, {"name": "Eve"}))
        for name in ("ann", "аnn"):
            self.taken(name)
        self.assertEqual(self.get(self.accounts.profiles.change(renamed, {"name": "ann"})).name, "ann")
        self.taken("Eve")
        self.get(self.accounts.deleter.delete(self.found(1)))
        self.taken("ann")
        self.now += REST
        self.invite_user("ann")
        self.invite_user("Eve")

    def test_who_guesses_counts_once_however_the_name_is_written(self) -> None:
        with self.store.snapshot() as connection:
            keys = {_look(connection, name, {}, "").account for name in ("İpek", "ipek", "ｉｐｅｋ", " IPEK ")}
        self.assertEqual(len(keys), 1)


class AtOnce(SynchronousTestCase):
    """Two workers: each with an engine of its own, in a thread of its own."""

    def test_one_of_two_that_look_alike_wins(self) -> None:
        store = make_store(self)
        other = make_engine(store.engine.url.render_as_string(hide_password=False))
        self.addCleanup(other.dispose)
        there = Store(other, run_now, run_now)
        outcome: list[object] = []

        def take() -> None:
            there.write(users.insert, "аnn", "", NOW).addBoth(outcome.append)

        thread = Thread(target=take)

        def change(connection) -> None:
            users.insert(connection, "ann", "", NOW)
            thread.start()
            # It waits for this transaction, or has not begun: in no case does it see a store without the name.
            thread.join(0.2)

        self.successResultOf(store.write(change))
        thread.join(10)
        (failure,) = outcome
        assert isinstance(failure, Failure)
        self.assertIsInstance(failure.value, NameTaken)
        count = select(func.count()).select_from(tables.users)
        self.assertEqual(self.successResultOf(store.read(lambda connection: connection.scalar(count))), 1)


class AtOnceOnPostgreSQL(OnPostgreSQL, AtOnce):
    """The same on the other store."""


class TakingOnPostgreSQL(OnPostgreSQL, Taking):
    """The same on the other store."""


class Rest(SynchronousTestCase):
    def setUp(self) -> None:
        self.store = make_store(self)
        self.resting = Resting(bytes(32))

    def run_change(self, change, *args):
        return self.successResultOf(self.store.write(change, *args))

    def test_no_name_is_kept(self) -> None:
        self.run_change(self.resting.add, "Annabella", 1, NOW)
        rows = self.run_change(lambda connection: repr(connection.execute(select(tables.resting_names)).all()))
        self.assertNotIn("nnabella", rows)
        other = Resting(bytes(31) + b"x")
        self.run_change(other.check, "Annabella", 0, NOW)
        self.failureResultOf(self.store.write(self.resting.check, "annabella", 0, NOW), NameTaken)
        self.run_change(self.resting.check, "annabella", 1, NOW)

    def test_of_one_user_only_the_last_ones(self) -> None:
        """Or somebody could take all names from everybody."""
        for number in range(20):
            self.run_change(self.resting.add, f"name{number}", 1, NOW + number)
        self.run_change(self.resting.add, "other", 2, NOW)
        count = select(func.count()).select_from(tables.resting_names)
        self.assertEqual(self.run_change(lambda connection: connection.scalar(count)), RESTING_LIMIT + 1)
        self.run_change(self.resting.check, "name1", 0, NOW + 20)
        self.failureResultOf(self.store.write(self.resting.check, "name19", 0, NOW + 20), NameTaken)

    def test_what_has_rested_is_forgotten(self) -> None:
        self.run_change(self.resting.add, "one", 1, NOW)
        self.run_change(self.resting.add, "two", 2, NOW + REST)
        count = select(func.count()).select_from(tables.resting_names)
        self.assertEqual(self.run_change(lambda connection: connection.scalar(count)), 1)


class RestOnPostgreSQL(OnPostgreSQL, Rest):
    """The same on the other store."""


class Upgrading(SynchronousTestCase):
    def test_all_names_stay(self) -> None:
        """Also those that are one now; in steps."""
        self.patch(v0010_names, "CHUNK", 2)
        store = make_old_store(self, "0009")
        called = ["ann", "ａｎｎ", "ann\u200b", "İpek", "ipek", "ﷺ" * 64]
        with store.transaction() as connection:
            times = {"password_hash": "", "created_at": 1, "updated_at": 1}
            add = text(
                "INSERT INTO users (id, name, name_key, password_hash, created_at, updated_at)"
                " VALUES (:id, :name, :key, '', 1, 1)"
            )
            for number, name in enumerate(called, 1):
                connection.execute(add, {"id": number, "name": name, "key": name_key(name)} | times)
            connection.execute(add, {"id": 99, "name": "", "key": None})
            add = text(
                "INSERT INTO groups (id, name, name_key, owner_id, created_at, updated_at)"
                " VALUES (1000000001, 'Team  A', 'team  a', 1, 1, 1)"
            )
            connection.execute(add)
        migrate.migrate(store.engine)
        with store.snapshot() as connection:
            for number, name in enumerate(called, 1):
                found = users.find_by_name(connection, name)
                self.assertEqual(found and (found.id, found.name), (number, name))
            rows = connection.execute(select(tables.users.c.name_match).order_by(tables.users.c.id)).scalars().all()
            self.assertEqual(rows[:5], ["ann", "ann", "ann\u200b", "ipek", "ipek"])
            self.assertIsNone(rows[-1])
            team = queries.find_by_name(connection, "team a")
            self.assertEqual(team and team.name, "Team  A")
            for name in ("ANN", "Ａｎｎ", "аnn"):
                self.assertRaises(NameTaken, names.check_free, connection, tables.users, name)


class UpgradingPostgreSQL(OnPostgreSQL, Upgrading):
    """The same on the other store."""
