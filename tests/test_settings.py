"""Where a setting's value comes from, and what is said about a wrong one."""

import re
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

import hichat
from hichat.core.errors import StartError
from hichat.daemon import hosts, media
from hichat.daemon.hosts import check_client
from hichat.daemon.media import make_files
from hichat.daemon.settings import Bounds, DaemonSettings, described, load, to_environment, unknown_variables
from hichat.runtime.limits import Rate

BOUNDS = {
    "draft_limit": "drafts",
    "batch_limit": "batch",
    "unsent_limit": "unsent",
    "sync_page": "sync_page",
    "message_rate": "rate",
    "message_limit": "messages",
    "stranger_limit": "strangers",
    "edit_limit": "edit",
    "presence": "presence",
    "write_to": "contacts_only",
}
CHOICES: dict[str, tuple[list[str], list[object]]] = {
    "presence": (["off"] * 3, [False] * 3),
    "write_to": (["contacts", "anyone", "contacts"], [True, False, True]),
    "message_limit": (["7/10", "off", "9/1"], [(7, 10), (0, 1), (9, 1)]),
    "stranger_limit": (["7/10", "off", "9/1"], [(7, 10), (0, 1), (9, 1)]),
}
"""Those that are no numbers: texts, and what they become."""
"""The settings, and what the parts call them."""


class SettingsTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.directory = Path(self.mktemp())
        self.directory.mkdir()

    def write(self, text: str) -> None:
        (self.directory / "hichat.toml").write_text(text, encoding="utf-8")

    def test_defaults(self) -> None:
        found = load({}, {}, self.directory)
        self.assertEqual(found.listen, "tcp:8000:interface=127.0.0.1")
        self.assertEqual(found.udp, ("127.0.0.1", 3000))
        self.assertEqual(found.state_dir, Path.cwd() / "hichat-state")
        self.assertEqual(found.database_url, f"sqlite:///{found.state_dir}/hichat.db")

    def test_secrets(self) -> None:
        """What is not set is no secret; nothing that is set is shown."""
        shown = {each.name: each.value for each in described(load({}, {}, self.directory))}
        self.assertEqual([shown[name] for name in ("database", "redis", "media", "media_from")], ["", "", "folder", ""])
        values = {
            "HICHAT_DATABASE": "postgresql://me:hush@db/x",
            "HICHAT_REDIS": "redis://:hush@x",
            "HICHAT_MEDIA": "s3://chat/files",
            "HICHAT_MEDIA_FROM": "folder",
        }
        shown = {each.name: each.value for each in described(load({}, values, self.directory))}
        self.assertEqual([shown[name.removeprefix("HICHAT_").lower()] for name in values], [None] * 4)

    def test_each_is_described_in_chinese(self) -> None:
        """The administration shows that."""
        path = Path(hichat.__file__).parent / "web/browser/app/words/admin/settings-zh.js"
        told = re.findall(r'^  (HICHAT_\w+): "[^"]+",$', path.read_text(encoding="utf-8"), re.MULTILINE)
        known = [f"HICHAT_{each.name.upper()}" for each in described(load({}, {}, self.directory))]
        self.assertEqual(told, known)

    def test_precedence(self) -> None:
        option, variable = {"udp": "127.0.0.1:1"}, {"HICHAT_UDP": "127.0.0.1:2"}
        self.write('udp = "127.0.0.1:3"')
        self.assertEqual(load(option, variable, self.directory).udp, ("127.0.0.1", 1))
        self.assertEqual(load({"udp": None}, variable, self.directory).udp, ("127.0.0.1", 2))
        self.assertEqual(load({}, {}, self.directory).udp, ("127.0.0.1", 3))

    def test_the_metrics_have_another_endpoint(self) -> None:
        """Workers would share one port between clients and metrics, without an error."""

        def found(listen: str, metrics: str) -> str:
            try:
                return load({"listen": listen, "metrics-listen": metrics}, {}, self.directory).metrics_listen
            except StartError as e:
                self.assertIn("HICHAT_METRICS_LISTEN", str(e))
                self.assertNotIn("\n", str(e))
                return "refused"

        for listen, metrics in (
            ("tcp:8000", "tcp:8000"),
            ("tcp:8000", "tcp:8000:interface=127.0.0.1"),
            ("ssl:8000:privateKey=k", "tcp:8000"),
            ("tcp:8000:interface=127.0.0.1", "tcp:8000:interface=127.0.0.1:backlog=5"),
            ("unix:/run/x", "unix:/run/x"),
        ):
            self.assertEqual(found(listen, metrics), "refused", (listen, metrics))
        for listen, metrics in (
            ("tcp:8000", ""),
            ("tcp:8000", "tcp:9464"),
            ("tcp:8000:interface=192.0.2.1", "tcp:8000:interface=127.0.0.1"),
            ("unix:/run/x", "tcp:9464"),
            ("unix:/run/x", "unix:/run/y"),
        ):
            self.assertEqual(found(listen, metrics), metrics)

    def test_numbers_in_the_file(self) -> None:
        self.write("upload_limit = 5")
        self.assertEqual(load({}, {}, self.directory).upload_limit, 5)

    def test_wrong_values_name_the_setting(self) -> None:
        for name, value in [
            ("UDP", "127.0.0.1"),
            ("UDP", "localhost:3000"),
            ("UDP", "127.0.0.1:70000"),
            ("LISTEN", "nonsense"),
            ("LISTEN", "tcp:http"),
            ("METRICS_LISTEN", "nonsense"),
            ("METRICS_LISTEN", "tcp:metrics"),
            ("LOG_LEVEL", "loud"),
            ("LOG_FORMAT", "xml"),
            ("UPLOAD_LIMIT", "-1"),
            ("UPLOAD_LIMIT", "0"),
            ("STATE_DIR", ""),
            ("DATABASE", "no url"),
            ("REGISTRATION", "on"),
            ("LOGIN_LIMIT", "10"),
            ("LOGIN_LIMIT", "0/60"),
            ("ADDRESS_LIMIT", "10/0"),
            ("REGISTER_LIMIT", "ten/60"),
        ]:
            error = self.assertRaises(StartError, load, {}, {f"HICHAT_{name}": value}, self.directory)
            self.assertIn(f"HICHAT_{name} (environment)", str(error))
            self.assertNotIn("\n", str(error))

    def test_who_may_make_an_account(self) -> None:
        for listen, policy in (
            ("tcp:8000:interface=127.0.0.1", "open"),
            ("tcp:8000:interface=127.3.2.1", "open"),
            ("tcp:8000:interface=localhost", "open"),
            (r"tcp:8000:interface=\:\:1", "open"),
            ("tcp:8000", "invite"),
            ("tcp:8000:interface=0.0.0.0", "invite"),
            ("tcp:8000:interface=192.0.2.1", "invite"),
            ("ssl:443:interface=127.0.0.1", "open"),
            ("ssl:443", "invite"),
            ("unix:/run/hichat.sock", "invite"),
            (r"tcp6:8000:interface=\:\:1", "open"),
            (r"tcp:8000:interface=\:\:ffff\:127.0.0.1", "open"),
            ("tcp6:8000", "invite"),
            (r"tcp6:8000:interface=\:\:", "invite"),
        ):
            self.assertEqual(load({"listen": listen}, {}, self.directory).registration_policy, policy, listen)
            for said in ("open", "invite", "closed"):
                found = load({"listen": listen, "registration": said}, {}, self.directory)
                self.assertEqual(found.registration_policy, said)

    def test_who_may_make_an_account_behind_a_proxy(self) -> None:
        """What a proxy passes on to the loopback may come from anywhere; unless the operator says otherwise."""
        found = load({}, {}, self.directory)
        self.assertEqual((found.registration_policy, found.registration_rule), ("open", "local"))
        for said in ("open", "invite", "closed"):
            self.assertEqual(load({"registration": said}, {}, self.directory).registration_rule, said)
        self.assertEqual(load({"listen": "tcp:8000"}, {}, self.directory).registration_rule, "invite")
        for url, rule in (("https://chat.example", "invite"), ("http://localhost:8000", "local")):
            self.assertEqual(load({"public-url": url}, {}, self.directory).registration_rule, rule)

    def test_the_world_outside(self) -> None:
        options = {
            "trusted-proxies": "10.0.0.0/8, unix",
            "public-url": "HTTPS://Chat.Example:443/chat/",
            "origins": "https://www.example https://b.example:8443,http://[2001:DB8::1]:80",
            "hsts": "31536000",
        }
        found = load(options, {}, self.directory)
        self.assertEqual(str(found.public_url), "https://chat.example/chat")
        self.assertEqual(str(found.origins), "https://www.example,https://b.example:8443,http://[2001:db8::1]")
        self.assertEqual(load({}, to_environment(found), self.directory), found, "as the workers get them")
        default = load({}, {}, self.directory)
        self.assertEqual(load({}, to_environment(default), self.directory), default)
        for name, value in (
            ("PUBLIC_URL", "chat.example"),
            ("PUBLIC_URL", "ftp://chat.example"),
            ("PUBLIC_URL", "https://chat.example/a b"),
            ("PUBLIC_URL", "https://chat.example/?a=b"),
            ("PUBLIC_URL", "https://chat.example/a/../b"),
            ("PUBLIC_URL", "https://chat.example//a"),
            ("PUBLIC_URL", "https://ann@chat.example/"),
            ("PUBLIC_URL", "https://chat.example/v2"),
            ("PUBLIC_URL", "https://chat.example/session/x"),
            ("PUBLIC_URL", "https://"),
            ("ORIGINS", "www.example"),
            ("ORIGINS", "https://www.example/"),
            ("ORIGINS", "null"),
            ("ORIGINS", "*"),
            ("ORIGINS", "https://*.example"),
            ("PUBLIC_URL", "https://$host/chat"),
            ("TRUSTED_PROXIES", "proxy.example"),
            ("TRUSTED_PROXIES", ""),
            ("HSTS", "on"),
            ("HSTS", "-1"),
        ):
            error = self.assertRaises(StartError, load, {}, {f"HICHAT_{name}": value}, self.directory)
            self.assertIn(f"HICHAT_{name} (environment)", str(error))
            self.assertNotIn("\n", str(error))

    def test_limits_of_attempts(self) -> None:
        found = load({"login-limit": "3/60", "address-limit": "off"}, {}, self.directory)
        self.assertEqual((found.login_limit, found.address_limit), (Rate(3, 60), Rate(0, 1)))
        self.assertEqual(found.register_limit, Rate(20, 3600))
        self.assertEqual(load({}, to_environment(found), self.directory), found, "as the workers get them")

    def test_a_wrong_url_is_not_shown(self) -> None:
        error = self.assertRaises(StartError, load, {}, {"HICHAT_DATABASE": "postgresql//me:secret@x"}, self.directory)
        self.assertNotIn("secret", str(error))

    def test_redis_needs_a_store_for_several_daemons(self) -> None:
        error = self.assertRaises(StartError, load, {}, {"HICHAT_REDIS": "redis://redis.lan"}, self.directory)
        self.assertIn("HICHAT_DATABASE=postgresql://", str(error))
        error = self.assertRaises(StartError, load, {}, {"HICHAT_REDIS": "http://:geheim@redis.lan"}, self.directory)
        self.assertIn("for example redis://redis.lan:6379", str(error))
        self.assertNotIn("geheim", str(error))

    def test_redis_needs_its_client(self) -> None:
        self.patch(hosts, "find_spec", lambda name: None)
        check_client("")
        error = self.assertRaises(StartError, check_client, "redis://redis.lan")
        self.assertIn("pip install 'hichat[redis]'", str(error))

    def test_s3_needs_its_client(self) -> None:
        self.patch(media, "find_spec", lambda name: None)
        self.assertEqual(make_files(load({}, {}, self.directory)).shared, False)
        found = load({"media": "s3://chat/files"}, {}, self.directory)
        error = self.assertRaises(StartError, make_files, found)
        self.assertIn("pip install 'hichat[s3]'", str(error))
        self.assertNotIn("\n", str(error))

    def test_a_wrong_place_of_files(self) -> None:
        for text in ("s3://key:secret@chat/files", "secret", ""):
            error = self.assertRaises(StartError, load, {}, {"HICHAT_MEDIA": text}, self.directory)
            self.assertIn("for example s3://chat/files", str(error))
            self.assertNotIn("secret", str(error))

    def test_files_move_to_another_place(self) -> None:
        for both in ("folder", "s3://chat/files"):
            named = {"HICHAT_MEDIA": both, "HICHAT_MEDIA_FROM": both}
            error = self.assertRaises(StartError, load, {}, named, self.directory)
            self.assertIn("HICHAT_MEDIA_FROM: it names the same place", str(error))
        found = load({}, {"HICHAT_MEDIA": "s3://chat/files", "HICHAT_MEDIA_FROM": "folder"}, self.directory)
        self.assertEqual(load({}, to_environment(found), self.directory), found, "as the workers get them")

    def test_whatever_is_a_number_is_one_in_the_file(self) -> None:
        """All settings that are numbers are written as numbers there."""
        for name, least in (("password_length", 12), ("connections", 7), ("hsts", 60), ("workers", 2)):
            (self.directory / "hichat.toml").write_text(f"{name} = {least}")
            self.assertEqual(getattr(load({}, {}, self.directory), name), least)

    def test_wrong_types_in_the_file(self) -> None:
        for line in ("state_dir = 5", 'upload_limit = "5"', "udp = true"):
            self.write(line)
            self.assertIn(line.split()[0], str(self.assertRaises(StartError, load, {}, {}, self.directory)))

    def test_unknown_name_in_the_file(self) -> None:
        self.write('upd = "127.0.0.1:3"')
        error = self.assertRaises(StartError, load, {}, {}, self.directory)
        self.assertIn("'upd'", str(error))
        self.assertNotIn("test_faults", str(error), "it is for tests")

    def test_variables_that_are_no_settings(self) -> None:
        found = unknown_variables({"HICHAT_WORKRES": "secret", "HICHAT_FOO": "1", "HICHAT_UDP": "x", "PATH": "y"})
        self.assertEqual(len(found), 2)
        self.assertIn("HICHAT_FOO is no setting", found[0])
        self.assertEqual(found[1], "HICHAT_WORKRES is no setting and does nothing; the nearest one is HICHAT_WORKERS")
        others = ("WORKER", "PASSWORD", "TEST_FAULTS", "SEED", "SEEDS", "PROOF", "POSTGRES_URL")
        self.assertEqual(unknown_variables({f"HICHAT_{name}": "1" for name in others}), [])
        self.assertEqual(unknown_variables(to_environment(load({}, {}, self.directory))), [])

    def test_a_file_that_is_not_toml(self) -> None:
        self.write("udp: 3000")
        error = self.assertRaises(StartError, load, {}, {}, self.directory)
        self.assertIn("hichat.toml", str(error))
        self.assertNotIn("\n", str(error))


class BoundsTests(SynchronousTestCase):
    """The bounds of a message's way."""

    def setUp(self) -> None:
        self.directory = Path(self.mktemp())
        self.directory.mkdir()

    def bound(self, name: str, found: DaemonSettings) -> object:
        return getattr(found.bounds, BOUNDS[name])

    def test_defaults(self) -> None:
        """They are written down twice: for operators, and for who makes the parts without settings."""
        self.assertEqual(load({}, {}, self.directory).bounds, Bounds())
        self.assertEqual(
            Bounds(),
            Bounds(
                drafts=1024,
                batch=256,
                unsent=1048576,
                sync_page=200,
                rate=5000,
                edit=86400,
                presence=True,
                contacts_only=False,
                messages=Rate(500, 10),
                strangers=Rate(20, 3600),
            ),
        )

    def test_each_from_everywhere(self) -> None:
        for name in BOUNDS:
            texts, values = CHOICES.get(name, (["3", "4", "5"], [3, 4, 5]))
            option = {name.replace("_", "-"): texts[0]}
            variable = {f"HICHAT_{name.upper()}": texts[1]}
            line = f'{name} = "{texts[2]}"' if name in CHOICES else f"{name} = {texts[2]}"
            (self.directory / "hichat.toml").write_text(line)
            sources = [(option, variable), ({}, variable), ({}, {})]
            found = [self.bound(name, load(options, variables, self.directory)) for options, variables in sources]
            self.assertEqual(found, values, name)
            others = load({}, {}, self.directory)
            for other in set(BOUNDS) - {name}:
                self.assertEqual(self.bound(other, others), getattr(Bounds(), BOUNDS[other]), other)

    def test_wrong_values_name_the_setting(self) -> None:
        for name in BOUNDS:
            for value in ("", "yes", "On", "1.5") if name in CHOICES else ("", "0", "-1", "1.5", "1e3", "many", "²"):
                error = self.assertRaises(StartError, load, {name.replace("_", "-"): value}, {}, self.directory)
                self.assertIn(f"HICHAT_{name.upper()} (option --{name.replace('_', '-')}): {value!r}", str(error))
                self.assertNotIn("\n", str(error))

    def test_numbers_in_the_file(self) -> None:
        """All settings that are numbers are written as numbers there."""
        for name, least in (("password_length", 12), ("connections", 7), ("hsts", 60), ("workers", 2)):
            (self.directory / "hichat.toml").write_text(f"{name} = {least}")
            self.assertEqual(getattr(load({}, {}, self.directory), name), least)

    def test_wrong_types_in_the_file(self) -> None:
        for name in BOUNDS:
            for value in ("true", "[]", '"5"' if name not in CHOICES else "1"):
                (self.directory / "hichat.toml").write_text(f"{name} = {value}")
                self.assertIn(f"{name} = ", str(self.assertRaises(StartError, load, {}, {}, self.directory)))
