"""
The settings of an operator.

Each setting has one value, from the first of these that names it: the command's option (C{--state-dir}), the
environment (C{HICHAT_STATE_DIR}), the file C{hichat.toml} in the working directory (C{state_dir}), the default.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from ipaddress import ip_address
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from twisted.internet import endpoints
from twisted.logger import LogLevel

from hichat.accounts.passwords import LEAST, PASSWORD_LIMIT
from hichat.accounts.roles import ServerRole
from hichat.accounts.sessions import DURATION
from hichat.cluster.redis_address import RedisAddress
from hichat.core.errors import StartError
from hichat.fetching.addresses import Reachable
from hichat.groups.queries import GroupLimits
from hichat.keeping.auditing import LEAST_AUDIT_DAYS
from hichat.keeping.periods import KEEP_LIMIT
from hichat.mail.letters import MailSender
from hichat.mail.smtp import SmtpServer
from hichat.media.places import FOLDER, parse_place
from hichat.pipeline.plane.faults import parse as parse_faults
from hichat.plugins.installed import PluginNames, parse_plugins
from hichat.runtime.limits import NO_LIMIT, Rate
from hichat.signin.openid.rules import RoleRules, parse_issuer, read_secret
from hichat.web.outside import Origins, PublicURL, parse_origins
from hichat.web.proxies import Trusted, parse_address

FILE = "hichat.toml"

SOURCES = "HICHAT_SOURCES"
"""The environment variable that tells a worker where each setting was set, as JSON."""

_OTHERS = {SOURCES, "HICHAT_WORKER", "HICHAT_NODE", "HICHAT_HOST", "HICHAT_PASSWORD"}
"""Variables that a worker and C{hichat chat} read. Variables that begin like the next ones are for tests."""

_OF_TESTS = ("HICHAT_TEST_", "HICHAT_SEED", "HICHAT_PROOF", "HICHAT_POSTGRES")

DEFAULT_STATE_DIR = "./hichat-state"

WORKERS_LIMIT = 64

# Twisted has no public way to take an endpoint's description apart.
parse_endpoint = endpoints._parse


def _path(text: str) -> Path:
    if not text:
        raise ValueError("it is empty")
    return Path(text).expanduser().absolute()


def _endpoint(text: str) -> str:
    arguments, _ = parse_endpoint(text)
    if len(arguments) < 2:
        raise ValueError("it is not a Twisted endpoint")
    if arguments[0] in ("tcp", "tcp6", "ssl") and not (arguments[1].isdecimal() and int(arguments[1]) < 65536):
        raise ValueError(f"{arguments[1]!r} is not a port")
    return text


def _metrics_endpoint(text: str) -> str:
    return _endpoint(text) if text else text


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not port.isdecimal() or int(port) > 65535:
        raise ValueError("it is not HOST:PORT")
    try:
        return str(ip_address(host.removeprefix("[").removesuffix("]"))), int(port)
    except ValueError:
        raise ValueError("its host is not an IP address") from None


def _url(text: str) -> str:
    if text:
        try:
            make_url(text)
        except ArgumentError:
            raise ValueError("it is not an SQLAlchemy URL") from None
    return text


def _redis(text: str) -> str:
    if text:
        RedisAddress.parse(text)
    return text


def _media(text: str) -> str:
    parse_place(text)
    return text


def _media_from(text: str) -> str:
    return _media(text) if text else text


def _smtp(text: str) -> str:
    if text:
        SmtpServer.parse(text)
    return text


def _sender(text: str) -> str:
    if text:
        MailSender.parse(text)
    return text


def _level(text: str) -> str:
    if text not in {level.name for level in LogLevel.iterconstants()}:
        raise ValueError("it is none of debug, info, warn, error, critical")
    return text


def _format(text: str) -> str:
    if text not in ("text", "json"):
        raise ValueError("it is neither text nor json")
    return text


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise ValueError("it is not a positive whole number")
    return int(text)


def _days(text: str) -> int:
    return 0 if text == "0" else _count(text)


def _retention(text: str) -> int:
    days = _days(text)
    if days > KEEP_LIMIT:
        raise ValueError(f"more than {KEEP_LIMIT} are too many; 0 is for ever")
    return days


def _audit_days(text: str) -> int:
    days = _retention(text)
    if 0 < days < LEAST_AUDIT_DAYS:
        raise ValueError(f"less than {LEAST_AUDIT_DAYS} are too few; 0 is for ever")
    return days


def _connections(text: str) -> int | None:
    return None if text in ("", "auto") else _count(text)


def _length(text: str) -> int:
    count = _count(text)
    if count > PASSWORD_LIMIT:
        raise ValueError(f"a password has at most {PASSWORD_LIMIT}")
    return count


def _workers(text: str) -> int:
    count = _count(text)
    if count > WORKERS_LIMIT:
        raise ValueError(f"more than {WORKERS_LIMIT} are too many")
    return count


def _switch(text: str) -> bool:
    if text not in ("on", "off"):
        raise ValueError("it is neither on nor off")
    return text == "on"


def _either(one: str, other: str) -> Callable[[str], str]:
    """@return: takes one of two words."""

    def parse(text: str) -> str:
        if text not in (one, other):
            raise ValueError(f"it is neither {one} nor {other}")
        return text

    return parse


def _faults(text: str) -> str:
    parse_faults(text)
    return text


class SomeRoles(frozenset[ServerRole]):
    """Roles, as the setting names them."""

    def __str__(self) -> str:
        return ",".join(role.word for role in sorted(self)) or "off"


def _roles(text: str) -> SomeRoles:
    if text in ("off", "all"):
        return SomeRoles(ServerRole if text == "all" else ())
    try:
        return SomeRoles(ServerRole.of(word.strip()) for word in text.split(","))
    except KeyError:
        words = ", ".join(role.word for role in ServerRole)
        raise ValueError(f"it is neither off, all, nor some of {words}") from None


def _label(text: str) -> str:
    if len(text) > 40 or not text.isprintable():
        raise ValueError("it is no text of at most 40 characters")
    return text.strip()


def _scopes(text: str) -> str:
    words = text.split()
    if words and "openid" not in words:
        raise ValueError("openid is not among them")
    return " ".join(words)


def _registration(text: str) -> str:
    if text not in ("auto", "open", "invite", "closed"):
        raise ValueError("it is none of auto, open, invite, closed")
    return text


def _public(text: str) -> PublicURL | None:
    return PublicURL.parse(text) if text else None


def _megabytes(text: str) -> int:
    count = _count(text)
    if not 16 <= count <= 65_536:
        raise ValueError("it is not between 16 and 65536")
    return count


def _seconds(text: str) -> int:
    if not text.isdecimal():
        raise ValueError("it is not a whole number")
    return int(text)


def _rate(text: str) -> Rate:
    if text == "off":
        return NO_LIMIT
    attempts, _, seconds = text.partition("/")
    if not (attempts.isdecimal() and seconds.isdecimal() and int(attempts) and int(seconds)):
        raise ValueError("it is neither off nor ATTEMPTS/SECONDS")
    return Rate(int(attempts), int(seconds))


def _setting(parse: Callable[[str], Any], default: str, help: str, example: str = "", secret: bool = False) -> Any:
    return field(
        metadata={"parse": parse, "default": default, "help": help, "example": example or default, "secret": secret}
    )


@dataclass(frozen=True)
class Bounds:
    """For the meaning of each see L{DaemonSettings}."""

    drafts: int = 1024
    batch: int = 256
    unsent: int = 1024 * 1024
    sync_page: int = 200
    rate: int = 5000
    edit: int = 24 * 3600
    presence: bool = True
    contacts_only: bool = False
    connections: int = 50
    session: int = DURATION
    messages: Rate = Rate(500, 10)
    strangers: Rate = Rate(20, 3600)
    bot_messages: Rate = Rate(1000, 10)


@dataclass(frozen=True)
class DaemonSettings:
    """
    The settings, parsed and checked. C{help} of each is what C{twistd hichat --help} shows.

    @ivar sources: by the setting's name, where it is set; see L{look_up}.
    """

    sources: ClassVar[Mapping[str, str]] = {}

    state_dir: Path = _setting(_path, DEFAULT_STATE_DIR, "directory of the database, the keys and the uploads")
    listen: str = _setting(_endpoint, "tcp:8000:interface=127.0.0.1", "Twisted endpoint for HTTP and WebSocket")
    metrics_listen: str = _setting(
        _metrics_endpoint,
        "",
        "Twisted endpoint for /metrics, which is not at the other one then [default: it is]",
        "tcp:9464:interface=127.0.0.1",
    )
    udp: tuple[str, int] = _setting(_address, "127.0.0.1:3000", "HOST:PORT of the plane")
    database: str = _setting(
        _url, "", "SQLAlchemy URL [default: hichat.db in the state directory]", "sqlite:////var/lib/hichat.db", True
    )
    redis: str = _setting(
        _redis, "", "URL of the Redis or Valkey that makes several daemons one service", "redis://redis.lan:6379", True
    )
    media: str = _setting(
        _media,
        FOLDER,
        "where uploaded files are: folder, in the state directory, or s3://BUCKET/PREFIX",
        "s3://chat/files",
        True,
    )
    media_from: str = _setting(
        _media_from,
        "",
        "while `hichat media move` moves files: where they were before; as HICHAT_MEDIA",
        FOLDER,
        True,
    )
    log_level: str = _setting(_level, "info", "debug, info, warn, error or critical")
    log_format: str = _setting(_format, "text", "text, or json: one object a line")
    workers: int = _setting(
        _workers, "1", f"processes that share the port, at most {WORKERS_LIMIT}; number k has the plane's port plus k"
    )
    upload_limit: int = _setting(_count, str(10 * 1024 * 1024), "bytes of the largest file that may be uploaded")
    upload_quota: int = _setting(_count, str(1024**3), "bytes of all files that one user has uploaded")

    public_url: PublicURL | None = _setting(
        _public,
        "",
        "where the world finds the daemon: scheme, host and path [default: as each request says]",
        "https://chat.example.org",
    )
    trusted_proxies: Trusted = _setting(
        Trusted.parse,
        "loopback,unix",
        "whose X-Forwarded-For counts: networks, loopback, unix (sockets); or off",
        "loopback,10.0.0.0/8",
    )
    origins: Origins = _setting(
        parse_origins, "", "origins whose pages may use v2, beside its own", "https://www.example.org"
    )
    hsts: int = _setting(_seconds, "0", "seconds of Strict-Transport-Security, over https only", "31536000")

    registration: str = _setting(
        _registration, "auto", "who may make an account: open, invite, closed; auto: open if only this machine can call"
    )
    login_limit: Rate = _setting(_rate, "10/600", "ATTEMPTS/SECONDS: failed log-ins of an account; or off")
    address_limit: Rate = _setting(_rate, "50/600", "ATTEMPTS/SECONDS: failed log-ins from an address; or off")
    register_limit: Rate = _setting(_rate, "20/3600", "ATTEMPTS/SECONDS: accounts made from an address; or off")
    password_length: int = _setting(_length, str(LEAST), "characters that a new password must have at least")
    second_factor: SomeRoles = _setting(
        _roles,
        "off",
        "roles whose users need a second factor to log in, with commas; all; or off",
        "administrator,owner",
    )

    passwords: bool = _setting(_switch, "on", "on, or off: only owners log in with a password of HiChat's own")
    oidc_issuer: str = _setting(
        parse_issuer, "", "the provider of OpenID Connect that signs people in", "https://id.example.org/realms/main"
    )
    oidc_client_id: str = _setting(str, "", "the name by which the provider knows HiChat", "hichat")
    oidc_client_secret: str = _setting(
        read_secret,
        "",
        "the client's secret, or file:PATH; without one HiChat is a public client",
        "file:/run/oidc",
        True,
    )
    oidc_name: str = _setting(_label, "", "the provider, as people call it [default: its host]", "Example Corp")
    oidc_scopes: str = _setting(
        _scopes,
        "",
        "scopes to ask the provider for [default: openid profile email groups offline_access, as far as it has them]",
        "openid profile email roles",
    )
    oidc_roles: RoleRules = _setting(
        RoleRules.parse,
        "",
        "CLAIM: VALUE=ROLE, VALUE=ROLE: who may come in by the provider, as what [default: all, at first as members]",
        "groups: chat-users=member, chat-admins=administrator",
    )

    http_limit: Rate = _setting(
        _rate,
        "6000/60",
        "MILLISECONDS/SECONDS: processor time of a user's HTTP calls; five times that of an address; or off",
    )
    connections: int | None = _setting(
        _connections, "auto", "connections of one worker; auto: what its limit of open files leaves room for", "5000"
    )
    address_connections: int = _setting(_count, "500", "connections from one address, of one worker")
    user_connections: int = _setting(_count, "50", "connections of one user, and requests under way, of one worker")
    session_lifetime: int = _setting(_count, str(DURATION), "seconds after which a log-in ends")
    connection_days: int = _setting(
        _days, "30", "days for which connections and refused frames are recorded, for hichat trace; 0: they are not"
    )
    audit_days: int = _setting(
        _audit_days, "0", f"days for which the audit log is kept, at least {LEAST_AUDIT_DAYS}; 0: for ever"
    )
    retention: int = _setting(
        _retention,
        "0",
        "days for which messages are kept, but where hichat retention or hichat hold say more; 0: for ever",
    )
    v1: bool = _setting(_switch, "on", "on, or off: only clients of v2 are served")

    draft_limit: int = _setting(
        _count, "1024", "messages in flight at which the daemon pauses reading from their senders"
    )
    batch_limit: int = _setting(_count, "256", "messages in one commit")
    unsent_limit: int = _setting(_count, str(1024 * 1024), "bytes that may wait for a client that does not read")
    sync_page: int = _setting(_count, "200", "events in one page of a sync")
    message_rate: int = _setting(_count, "5000", "frames a second that one connection may send")
    message_limit: Rate = _setting(
        _rate, "500/10", "COUNT/SECONDS: messages of a user; the daemon reads further ones later; or off"
    )
    bot_limit: Rate = _setting(
        _rate, "1000/10", "COUNT/SECONDS: messages of a bot; the daemon reads further ones later; or off"
    )
    bot_makers: str = _setting(
        _either("everybody", "administrators"), "everybody", "who makes bots: everybody, or administrators only"
    )
    stranger_limit: Rate = _setting(
        _rate, "20/3600", "COUNT/SECONDS: conversations that a user may begin with people who are no contacts; or off"
    )
    hook_limit: Rate = _setting(_rate, "120/60", "CALLS/SECONDS: calls of one incoming hook; or off")
    edit_limit: int = _setting(_count, str(24 * 3600), "seconds in which people may edit or recall their messages")
    group_size: int = _setting(_count, "2000", "members of a group")
    groups_owned: int = _setting(_count, "100", "groups of one owner")
    groups_joined: int = _setting(_count, "1000", "groups that one user may be in")
    deleted_messages: str = _setting(
        _either("keep", "remove"), "keep", "messages of people who delete their accounts: keep, or remove"
    )
    presence: bool = _setting(_switch, "on", "on, or off: nobody is told who is online or typing")
    write_to: str = _setting(
        _either("anyone", "contacts"), "anyone", "whom people may write to: anyone, or contacts only"
    )

    smtp: str = _setting(
        _smtp,
        "",
        "mail server for what users are told by e-mail: smtps://USER:SECRET@HOST, or smtp:// with STARTTLS",
        "smtps://hichat:SECRET@mail.example.org",
        True,
    )
    mail_from: str = _setting(
        _sender, "", "who sends the mails: ADDRESS or NAME <ADDRESS>", "HiChat <chat@example.org>"
    )

    plugins: PluginNames = _setting(parse_plugins, "", "names of the plugins that run, with commas", "echo,greeter")
    plugin_memory: int = _setting(_megabytes, "256", "MiB of memory that a plugin may have")
    fetch_private: Reachable = _setting(
        Reachable.parse,
        "",
        "private networks that URLs of users, such as hooks, may reach, with commas; all [default: public ones only]",
        "10.1.2.0/24",
    )

    test_faults: str = _setting(_faults, "", "for tests only: faults of the plane", "drop=0.3,double=0.1")

    @property
    def bounds(self) -> Bounds:
        """The limits of the parts on a message's way."""
        return Bounds(
            drafts=self.draft_limit,
            batch=self.batch_limit,
            unsent=self.unsent_limit,
            sync_page=self.sync_page,
            rate=self.message_rate,
            edit=self.edit_limit,
            presence=self.presence,
            contacts_only=self.write_to == "contacts",
            connections=self.user_connections,
            session=self.session_lifetime,
            messages=self.message_limit,
            bot_messages=self.bot_limit,
            strangers=self.stranger_limit,
        )

    @property
    def group_limits(self) -> GroupLimits:
        """The limits of groups."""
        return GroupLimits(self.group_size, self.groups_owned, self.groups_joined)

    @property
    def registration_policy(self) -> str:
        """Who may make an account: C{open}, C{invite} or C{closed}."""
        if self.registration != "auto":
            return self.registration
        arguments, options = parse_endpoint(self.listen)
        is_here = arguments[0] in ("tcp", "tcp6", "ssl") and _is_loopback(options.get("interface", ""))
        # A proxy may pass requests from anywhere on to the loopback.
        return "open" if is_here and (self.public_url is None or self.public_url.is_here) else "invite"

    @property
    def registration_rule(self) -> str:
        """As L{registration_policy}; or C{local}: open to this machine, and by invite for clients behind a proxy."""
        policy = self.registration_policy
        return "local" if policy == "open" and self.registration == "auto" else policy

    @property
    def on_sqlite(self) -> bool:
        """Whether the store is a file of SQLite, which has one daemon; on PostgreSQL there may be several."""
        return self.database_url.startswith("sqlite")

    @property
    def database_url(self) -> str:
        """The database's URL, with the default filled in."""
        return self.database or f"sqlite:///{self.state_dir / 'hichat.db'}"


def _is_loopback(interface: str) -> bool:
    found = parse_address(interface)
    return interface == "localhost" if found is None else found.is_loopback


def to_environment(found: DaemonSettings) -> dict[str, str]:
    """@return: these settings, all of them, as L{load} reads them from the environment."""
    values = {
        f"HICHAT_{setting.name.upper()}": _text(getattr(found, setting.name)) for setting in fields(DaemonSettings)
    }
    return values | {SOURCES: json.dumps(dict(found.sources))}


class DescribedSetting(NamedTuple):
    """
    A setting, for those who look at a daemon.

    @ivar name: such as C{state_dir}.
    @ivar default: empty: there is none, or C{help} says it.
    @ivar source: where it is set; see L{look_up}.
    @ivar value: its value; None: it is a secret. The default of a secret is none.
    """

    name: str
    help: str
    default: str
    source: str
    value: str | None


def described(found: DaemonSettings) -> list[DescribedSetting]:
    """@return: all settings, but for those that are for tests only. No secret is among the values."""
    return [
        DescribedSetting(
            setting.name,
            setting.metadata["help"],
            setting.metadata["default"],
            found.sources.get(setting.name, "default"),
            _shown(setting.metadata, _text(getattr(found, setting.name))),
        )
        for setting in fields(DaemonSettings)
        if setting.name != "test_faults"
    ]


def _shown(metadata: Mapping[str, Any], text: str) -> str | None:
    return None if metadata["secret"] and text != metadata["default"] else text


def _text(value: Any) -> str:
    """@return: a value as it is written in the environment."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple) and not isinstance(value, Rate):
        return ("[{}]:{}" if ":" in value[0] else "{}:{}").format(*value)
    return str(value)


def option_parameters() -> list[list[str | None]]:
    """@return: C{optParameters} for L{twisted.python.usage.Options}: one for each setting."""
    rows: list[list[str | None]] = []
    for setting in fields(DaemonSettings):
        default = setting.metadata["default"]
        shown = f"{setting.metadata['help']}{f' [default: {default}]' if default else ''}"
        rows.append([setting.name.replace("_", "-"), None, None, shown])
    return rows


def load(options: Mapping[str, str | None], environment: Mapping[str, str], directory: Path) -> DaemonSettings:
    """
    Read the settings.

    @param options: values by the option's name, such as C{state-dir}; None: the option is not given.
    @param environment: C{os.environ}.
    @param directory: the directory in which C{hichat.toml} may be.
    @raise StartError: a value is wrong, or the file has a name that is no setting.
    """
    file = _read_file(directory / FILE)
    values, sources = {}, {}
    for setting in fields(DaemonSettings):
        variable = f"HICHAT_{setting.name.upper()}"
        text, source = _look_up(setting.name, options, environment, file)
        sources[setting.name] = source
        if source == "default":
            text = setting.metadata["default"]
        try:
            values[setting.name] = setting.metadata["parse"](str(text))
        except ValueError as e:
            shown = "the value" if setting.metadata["secret"] else repr(text)
            raise StartError(
                f"hichat: {variable} ({source}): {shown} is wrong: {e}; for example {setting.metadata['example']}"
            ) from None
    found = DaemonSettings(**values)
    told = json.loads(environment[SOURCES]) if SOURCES in environment else {}
    # They are no part of the value: settings from different sources may be equal.
    object.__setattr__(found, "sources", sources | told)
    for endpoint in filter(None, (found.listen, found.metrics_listen)):
        if found.workers > 1 and parse_endpoint(endpoint)[0][0] not in ("tcp", "ssl"):
            raise StartError(
                "hichat: HICHAT_WORKERS: more than one share a tcp: or ssl: endpoint only; for example tcp:8000"
            )
    if _are_one(found.listen, found.metrics_listen):
        raise StartError(
            f"hichat: HICHAT_METRICS_LISTEN: {found.metrics_listen} is where clients connect (HICHAT_LISTEN); "
            "name another endpoint, for example tcp:9464:interface=127.0.0.1"
        )
    if found.redis and found.on_sqlite:
        raise StartError(
            "hichat: HICHAT_REDIS: several daemons need one store, and a file of SQLite has one daemon only; "
            "for example HICHAT_DATABASE=postgresql://hichat:PASSWORD@db.lan/hichat"
        )
    if found.media_from and parse_place(found.media_from) == parse_place(found.media):
        raise StartError(
            "hichat: HICHAT_MEDIA_FROM: it names the same place as HICHAT_MEDIA; leave it out, or name the place from "
            "which files move"
        )
    _check_mail(found)
    _check_sign_on(found)
    if found.udp[1] + found.workers - 1 > 65535:
        raise StartError(f"hichat: HICHAT_UDP: {found.workers} workers need as many ports, from this one on")
    return found


def _check_mail(found: DaemonSettings) -> None:
    if found.mail_from and not found.smtp:
        raise StartError(
            "hichat: HICHAT_MAIL_FROM: no mail is sent without a mail server; set HICHAT_SMTP too, for example "
            "smtp://mail.example.org:587"
        )
    if found.smtp and not found.mail_from:
        raise StartError(
            "hichat: HICHAT_MAIL_FROM: mails need a sender, if HICHAT_SMTP names a mail server; for example "
            "chat@example.org"
        )
    if found.smtp and found.public_url is None:
        raise StartError(
            "hichat: HICHAT_PUBLIC_URL: mails have links to it, if HICHAT_SMTP names a mail server; for example "
            "https://chat.example.org"
        )


def _check_sign_on(found: DaemonSettings) -> None:
    given = (found.oidc_client_id, found.oidc_client_secret, found.oidc_name, found.oidc_roles.claim)
    if any(given) and not found.oidc_issuer:
        raise StartError(
            "hichat: HICHAT_OIDC_ISSUER: the other settings of HICHAT_OIDC_ mean nothing without it; name the "
            "provider, for example https://id.example.org/realms/main"
        )
    if found.oidc_issuer and not found.oidc_client_id:
        raise StartError(
            "hichat: HICHAT_OIDC_CLIENT_ID: it is needed with HICHAT_OIDC_ISSUER: register HiChat at the provider, and "
            "write the client id here; see hichat/docs/single-sign-on.md"
        )
    if not found.passwords and not found.oidc_issuer:
        raise StartError(
            "hichat: HICHAT_PASSWORDS: without passwords nobody but owners could log in; set HICHAT_OIDC_ISSUER first"
        )


def _are_one(endpoint: str, other: str) -> bool:
    """@return: whether two endpoints are on the same TCP port; workers would share it between them."""
    kinds = [parse_endpoint(each) for each in (endpoint, other) if each]
    ports = [(arguments[1], options.get("interface", "")) for arguments, options in kinds if arguments[0] != "unix"]
    if len(ports) < len((endpoint, other)):
        return endpoint == other
    (port, interface), (other_port, other_interface) = ports
    return port == other_port and (interface == other_interface or not (interface and other_interface))


def look_up(
    name: str, options: Mapping[str, str | None], environment: Mapping[str, str], directory: Path
) -> tuple[str, str]:
    """
    Look for who names a setting. The value is not checked. For the parameters see L{load}.

    @param name: the setting's name, such as C{state_dir}.
    @return: its text, and where that is: C{option --state-dir}, C{environment}, the name of the file; or an empty text
        and C{default}.
    @raise StartError: the file cannot be read.
    """
    return _look_up(name, options, environment, _read_file(directory / FILE))


def _look_up(
    name: str, options: Mapping[str, str | None], environment: Mapping[str, str], file: Mapping[str, Any]
) -> tuple[str, str]:
    option, variable = name.replace("_", "-"), f"HICHAT_{name.upper()}"
    given = options.get(option)
    if given is not None:
        return given, f"option --{option}"
    if variable in environment:
        return environment[variable], "environment"
    if name in file:
        return _from_file(name, file[name]), FILE
    return "", "default"


def unknown_variables(environment: Mapping[str, str]) -> list[str]:
    """
    @param environment: C{os.environ}.
    @return: of each variable that looks like a setting and is none: a line for the operator, without its value.
    """
    known = [setting.name.upper() for setting in fields(DaemonSettings) if setting.name != "test_faults"]
    lines = []
    for name in sorted(set(environment) - _OTHERS):
        short = name.removeprefix("HICHAT_")
        if short not in (name, *known) and not name.startswith(_OF_TESTS):
            nearest = get_close_matches(short, known, 1, 0.0)[0]
            lines.append(f"{name} is no setting and does nothing; the nearest one is HICHAT_{nearest}")
    return lines


def _from_file(name: str, value: Any) -> str:
    """@raise StartError: numbers are for settings that count something, and strings for all others."""
    wanted = int if name in _NUMBERS else str
    if type(value) is not wanted:
        raise StartError(f"hichat: {FILE}: {name} = {value!r} must be a {'number' if wanted is int else 'string'}")
    return str(value)


_NUMBERS = frozenset(setting.name for setting in fields(DaemonSettings) if setting.type in ("int", "int | None"))


def _read_file(path: Path) -> dict[str, Any]:
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as e:
        raise StartError(f"hichat: {path}: cannot be read: {' '.join(str(e).split())}") from e
    unknown = set(found) - {setting.name for setting in fields(DaemonSettings)}
    if unknown:
        known = [setting.name for setting in fields(DaemonSettings) if setting.name != "test_faults"]
        wrong = min(unknown)
        nearest = get_close_matches(wrong, known, 1, 0.0)[0]
        raise StartError(
            f"hichat: {path}: {wrong!r} is no setting; the nearest one is {nearest}; see twistd hichat --help"
        )
    return found
