"""
The C{hichat} command: chat at a terminal, and the administrator's work on the state directory.

What it changes it writes as the daemon does, through the log: a running daemon learns of it within two seconds.
"""

from __future__ import annotations

import argparse
import getpass
import os
import random
import re
import stat
import sys
import time
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, ParamSpec, TextIO, TypeVar, Unpack, cast

import msgspec
from sqlalchemy.exc import SQLAlchemyError
from tqdm import tqdm
from twisted.internet.defer import Deferred, fail, maybeDeferred, succeed

from hichat import __version__
from hichat.accounts import invites, users
from hichat.accounts.accounts import Accounts
from hichat.accounts.devices import TOKEN_NAME, Device
from hichat.accounts.passwords import Passwords
from hichat.accounts.sessions import Session
from hichat.accounts.tokens import LIFETIME, Tokens
from hichat.accounts.users import User
from hichat.bench import prepare
from hichat.bench import run as bench
from hichat.bench.crowd import Plan
from hichat.client.wire import ClientError
from hichat.core.drafts import Wanted, drafted
from hichat.core.errors import Disabled, NoSuchUser, NotStored, Refused, StartError
from hichat.core.events import Event
from hichat.daemon import settings
from hichat.daemon.service import check_state_dir, exposed, make_private, prepare_state_dir
from hichat.daemon.settings import Settings
from hichat.pipeline.ledger.writer import LogWriter
from hichat.runtime import keys
from hichat.storage.engine import make_engine
from hichat.storage.migrate import migrate
from hichat.storage.store import Store
from hichat.wire.frames import DEVICE_NAME

P = ParamSpec("P")
T = TypeVar("T")


class DirectLedger:
    """The ledger of a process with one thread and no reactor: each append is a commit."""

    def __init__(self, writer: LogWriter) -> None:
        self._writer = writer

    def append(self, **wanted: Unpack[Wanted]) -> Deferred[Event]:
        """As L{hichat.pipeline.ledger.gather.Ledger.append}, but at once."""
        draft = drafted(wanted, None)  # type: ignore[arg-type]
        (outcome,) = self._writer.write([draft])
        if isinstance(outcome, NotStored) and self._writer.trouble.cause:
            raise StartError(f"hichat: HICHAT_DATABASE: {self._writer.trouble.cause}")
        return succeed(outcome) if isinstance(outcome, Event) else fail(cast(Refused, outcome))


class Administration:
    """
    The accounts of a state directory, for one command.

    @param make: whether the directory is made if there is none.
    @raise StartError: the directory or its database cannot be used.
    """

    def __init__(self, found: Settings, make: bool = True) -> None:
        if make:
            prepare_state_dir(found.state_dir)
        elif not found.state_dir.is_dir():
            raise StartError(
                f"hichat: HICHAT_STATE_DIR: there is no {found.state_dir}; "
                "name the daemon's with --state-dir, or go to where it was started"
            )
        check_state_dir(found.state_dir)
        for line in exposed(found):
            print(f"hichat: {line}", file=sys.stderr)
        self.directory = found.state_dir
        engine = make_engine(found.database_url)
        migrate(engine)
        self.store = Store(engine, _run_here, _run_here)
        self._tokens = Tokens(keys.load_or_make(found.state_dir, "token.key"), _now)
        names_key = keys.load_or_make(found.state_dir, "names.key")
        ledger = DirectLedger(LogWriter(self.store, _now))
        duration = found.session_lifetime
        passwords = Passwords(_run_here, least=found.password_length)
        self._accounts = Accounts(
            self.store, ledger, passwords, self._tokens, _now, names_key=names_key, duration=duration
        )

    def add(self, name: str, password: str, administrator: bool) -> User:
        """Make a user, also with a reserved name. For what is raised see L{Accounts.register}."""
        user = _run(self._accounts.register(name, password, password, by_operator=True))
        if administrator:
            _result(self.store.write(users.make_administrator, user.id, _now()))
        return user

    def everyone(self) -> list[User]:
        """@return: all users."""
        return _result(self.store.read(users.everyone))

    def set_password(self, name: str, password: str) -> None:
        """Change a password; whatever the user was signed in with is void."""
        _run(self._accounts.change_password(self.find(name), password))

    def disable(self, name: str) -> None:
        """Keep a user out."""
        _run(self._accounts.disable(self.find(name).id))

    def enable(self, name: str) -> None:
        """Let a user in again."""
        _run(self._accounts.enable(self.find(name).id))

    def devices(self, name: str) -> list[tuple[Device, Session | None]]:
        """@return: what a user signs in with; see L{Accounts.devices}."""
        return _run(self._accounts.devices(self.find(name).id))

    def revoke(self, name: str, device: str) -> None:
        """
        Let nobody sign in with this device of a user any more.

        @param device: its name; failing that its number.
        """
        names = {found.name for found, _ in self.devices(name)}
        by_number = device not in names and device.isascii() and device.isdigit() and len(device) < 16
        _run(self._accounts.revoke(self.find(name).id, int(device) if by_number else device))

    def invite(self, uses: int, days: int) -> str:
        """@return: a code with which so many accounts can be made."""
        return _result(self.store.write(invites.make, uses, days * 24 * 3600, _now()))

    def token(self, name: str, device: str) -> str:
        """
        @param device: to which the token belongs.
        @return: a token of this user, for v1 and v2.
        @raise Disabled: it would be of no use.
        @raise Refused: as L{Accounts.issue}.
        """
        user = self.find(name)
        if user.disabled:
            raise Disabled
        return _run(self._accounts.issue(user, device))

    def write_tokens(self, people: int, file: TextIO) -> None:
        """Write a token of each of users 1 to C{people} a line, of the device that L{prepare.make_users} made."""
        for user in range(1, people + 1):
            file.write(f"{self._tokens.issue(prepare.claims(user), LIFETIME)}\n")

    def find(self, name: str) -> User:
        """@raise NoSuchUser: there is none of that name."""
        user = _result(self.store.read(users.find_by_name, name))
        if user is None:
            raise NoSuchUser
        return user


def main(arguments: Sequence[str] | None = None) -> None:
    """
    Run the command.

    @param arguments: without the program's name; None: those of the process.
    """
    make_private()
    options = _parser().parse_args(arguments)
    try:
        status = options.run(options)
    except StartError as e:
        sys.exit(str(e))
    except Refused as e:
        sys.exit(f"hichat: {e.text('en')}")
    except SQLAlchemyError as e:
        sys.exit(f"hichat: HICHAT_DATABASE: {' '.join(str(getattr(e, 'orig', e)).split())}")
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # Whoever read our output has seen enough; nothing more can be written, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    sys.exit(status)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="hichat", description="HiChat: chat at a terminal, and look after users.")
    parser.add_argument("--version", action="version", version=f"hichat {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    chat = commands.add_parser("chat", help="chat at this terminal")
    chat.add_argument("--server", default="http://127.0.0.1:8000", metavar="URL", help="[default: %(default)s]")
    chat.add_argument("--user", required=True, metavar="NAME", help="who you are")
    chat.add_argument("--register", action="store_true", help="make the account first")
    chat.add_argument("--invite", default="", metavar="CODE", help="with --register, where the server wants one")
    chat.set_defaults(run=_chat)

    user = commands.add_parser("user", help="look after users").add_subparsers(required=True, metavar="COMMAND")
    add = _command(user, "add", "make a user; asks for the password, or reads a line from a pipe", _add)
    add.add_argument("--admin", action="store_true", help="may broadcast to everyone")
    _command(user, "list", "show all users", _list, named=False)
    _command(user, "passwd", "change a password, which signs the user out everywhere", _passwd)
    _command(user, "disable", "keep a user out, from now on", _disable)
    _command(user, "enable", "let a user in again", _enable)
    device = commands.add_parser("device", help="look after users' devices").add_subparsers(
        required=True, metavar="COMMAND"
    )
    _command(device, "list", "show what a user signs in with: number, name, last use", _devices)
    revoke = _command(device, "revoke", "let nobody sign in with a device of a user, from now on", _revoke)
    revoke.add_argument("device", metavar="DEVICE", help="its name or its number, as `list` shows them")
    text = "print a token of a user, for scripts: good for v1 and v2, for 60 days"
    token = _command(commands, "token", text, _token)
    text = "as what it is listed and can be revoked [default: %(default)s]"
    token.add_argument("--device", type=_device_name, default=TOKEN_NAME, metavar="DEVICE", help=text)
    invite = _command(commands, "invite", "print a code with which people make accounts themselves", _invite, False)
    invite.add_argument("--uses", type=_count, default=1, metavar="N", help="accounts that it is good for [default: 1]")
    invite.add_argument("--days", type=_count, default=7, metavar="N", help="how long it is good [default: 7]")
    _add_bench(commands.add_parser("bench", help="measure a daemon").add_subparsers(required=True, metavar="COMMAND"))
    return parser


def _add_bench(commands: Any) -> None:
    made = _command(commands, "prepare", "fill a new state directory with users, groups and messages", _prepare, False)
    made.add_argument("--users", type=_count, required=True, metavar="N", help="users 1 to N, without passwords")
    made.add_argument("--group-size", type=_count, metavar="G", help="put them into groups of G, in order")
    made.add_argument("--messages", type=_count, default=0, metavar="M", help="messages between them [default: none]")
    made.add_argument("--conversations", type=_count, metavar="C", help="in so many conversations of two [default: N]")
    made.add_argument("--among", type=_count, metavar="A", help="which are of users 1 to A only [default: N]")
    made.add_argument("--tokens", type=Path, required=True, metavar="FILE", help="gets a token of each user a line")

    text = "talk to a running daemon as many clients, check what comes, and say how fast it was"
    found = commands.add_parser("run", help=text, description=text)
    found.add_argument("case", choices=bench.CASES, help="who talks to whom; or only connecting, or nothing at all")
    found.add_argument("--server", default="http://127.0.0.1:8000", metavar="URL", help="[default: %(default)s]")
    found.add_argument("--tokens", type=Path, required=True, metavar="FILE", help="as prepare has written it")
    found.add_argument("--connections", type=_count, default=100, metavar="N", help="[default: %(default)s]")
    found.add_argument(
        "--window", type=_count, default=8, metavar="W", help="messages under way [default: %(default)s]"
    )
    found.add_argument("--seconds", type=_count, default=5, metavar="S", help="[default: %(default)s]")
    text = "pairs that talk in `spread`; the same ones as prepare draws of as many users [default: %(default)s]"
    found.add_argument("--conversations", type=_count, default=200_000, metavar="C", help=text)
    text = "that the clients are shared out among [default: %(default)s, one core is the daemon's]"
    found.add_argument("--processes", type=_count, default=bench.processes(), metavar="P", help=text)
    found.add_argument("--json", action="store_true", help="print the report as JSON")
    found.set_defaults(run=_measure)


def _command(
    commands: Any, name: str, text: str, run: Callable[[argparse.Namespace], int], named: bool = True
) -> argparse.ArgumentParser:
    """Add a command that works on the state directory."""
    parser: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
    if named:
        parser.add_argument("name", metavar="NAME")
    for option in ("state-dir", "database"):
        parser.add_argument(f"--{option}", help=f"as of the daemon [HICHAT_{option.replace('-', '_').upper()}]")
    parser.set_defaults(run=run)
    return parser


def _administration(options: argparse.Namespace, make: bool = False) -> Administration:
    given = {"state-dir": options.state_dir, "database": options.database}
    return Administration(settings.load(given, os.environ, Path.cwd()), make)


def _add(options: argparse.Namespace) -> int:
    administration = _administration(options, make=True)
    user = administration.add(options.name, _ask_password(repeat=True), options.admin)
    print(f"user {user.id}: {user.name}, in {administration.directory}")
    return 0


def _list(options: argparse.Namespace) -> int:
    for user in _administration(options).everyone():
        notes = [note for note, holds in (("admin", user.administrator), ("disabled", user.disabled)) if holds]
        print(f"{user.id}\t{user.name}\t{','.join(notes)}".rstrip())
    return 0


def _passwd(options: argparse.Namespace) -> int:
    administration = _administration(options)
    administration.find(options.name)
    administration.set_password(options.name, _ask_password(repeat=True))
    return 0


def _devices(options: argparse.Namespace) -> int:
    for device, session in _administration(options).devices(options.name):
        used = session.used_at if session else 0
        when = f"{datetime.fromtimestamp(used / 1000):%Y-%m-%d %H:%M}" if used else "-"
        print(f"{device.id}\t{device.name}\t{when}" + ("\trevoked" if device.revoked_at is not None else ""))
    return 0


def _revoke(options: argparse.Namespace) -> int:
    _administration(options).revoke(options.name, options.device)
    return 0


def _disable(options: argparse.Namespace) -> int:
    _administration(options).disable(options.name)
    return 0


def _enable(options: argparse.Namespace) -> int:
    _administration(options).enable(options.name)
    return 0


def _token(options: argparse.Namespace) -> int:
    print(_administration(options).token(options.name, options.device))
    return 0


def _invite(options: argparse.Namespace) -> int:
    print(_administration(options).invite(options.uses, options.days))
    return 0


def _prepare(options: argparse.Namespace) -> int:
    people = options.users
    pairs = options.conversations or people
    if options.messages:
        prepare.check_pairs(_talkers(options), pairs)
    # Opened before anything is made: what follows takes minutes.
    with _open_tokens(options.tokens) as file:
        administration = _administration(options, make=True)
        _fill(administration.store, options, pairs)
        file.truncate()
        administration.write_tokens(people, file)
    print("Start the daemon that is measured with")
    print(" ".join(f"{name}={value}" for name, value in prepare.SETTINGS.items()))
    return 0


def _talkers(options: argparse.Namespace) -> int:
    """@return: how many users have said something."""
    return min(options.users, options.among or options.users)


def _open_tokens(path: Path) -> TextIO:
    """@return: a file for secrets, its owner's only; what is in it is still there."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            # One that was there may have been for everybody.
            os.fchmod(descriptor, 0o600)
        return open(descriptor, "w", encoding="ascii")
    except OSError as e:
        raise StartError(f"hichat: --tokens: cannot write {path}: {e.strerror}") from None


def _fill(store: Store, options: argparse.Namespace, pairs: int) -> None:
    now, people = _now(), options.users
    with _bar(people, "users") as bar:
        prepare.make_users(store, people, now, bar.update)
    if options.group_size:
        with _bar(people, "members") as bar:
            prepare.make_groups(store, people, options.group_size, now, bar.update)
    if options.messages:
        chance = random.Random(people)  # noqa: S311
        with _bar(options.messages, "messages") as bar:
            prepare.make_messages(store, _talkers(options), options.messages, pairs, now, bar.update, chance)


def _measure(options: argparse.Namespace) -> int:
    try:
        tokens = options.tokens.read_text(encoding="ascii").split()
    except OSError as e:
        raise StartError(f"hichat: --tokens: cannot read {options.tokens}: {e.strerror}") from None
    plan = Plan(
        case=options.case,
        server=options.server,
        connections=options.connections,
        window=options.window,
        seconds=options.seconds,
        conversations=options.conversations,
        processes=min(options.processes, options.connections),
    )
    bench.check(plan, tokens)
    with _bar(None, "connections and deliveries") as bar:
        try:
            report = bench.measure(plan, tokens, bar.update)
        except ClientError as e:
            sys.exit(f"hichat: {e}")
    print(msgspec.json.encode(report).decode() if options.json else bench.describe(report))
    return 0 if report.is_clean else 1


def _bar(total: int | None, unit: str) -> tqdm[Any]:
    """@return: a progress bar; where nobody looks there is none."""
    return tqdm(total=total, unit=f" {unit}", unit_scale=True, disable=None)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a positive whole number")
    return int(text)


def _device_name(text: str) -> str:
    if len(text) > 64 or not re.fullmatch(DEVICE_NAME, text):
        raise argparse.ArgumentTypeError(f"{text!r} is not 1 to 64 characters of ASCII without blanks")
    return text


def _chat(options: argparse.Namespace) -> int:
    from hichat.terminal.chat import run_chat

    # From a pipe the first line is the password only if it is not in the environment.
    password = os.environ.get("HICHAT_PASSWORD") or _ask_password(repeat=options.register)
    return run_chat(options.server, options.user, password, options.register, invite=options.invite)


def _ask_password(repeat: bool) -> str:
    """@return: from the terminal, unseen; or the first line of what is piped in."""
    if not sys.stdin.isatty():
        return _read_line()
    password = getpass.getpass("Password: ")
    if repeat and getpass.getpass("Again: ") != password:
        sys.exit("hichat: the two passwords differ")
    return password


def _read_line() -> str:
    """@return: the first line of standard input, and no byte more: what follows is what C{hichat chat} is to say."""
    line = bytearray()
    while (byte := os.read(sys.stdin.fileno(), 1)) not in (b"", b"\n"):
        line += byte
    return line.removesuffix(b"\r").decode(sys.stdin.encoding, sys.stdin.errors or "strict")


def _run_here(function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Deferred[T]:
    """A L{hichat.core.ports.Runner} that runs in this thread."""
    return maybeDeferred(function, *args, **kwargs)


def _run(work: Coroutine[Any, Any, T]) -> T:
    return _result(Deferred.fromCoroutine(work))


def _result(answer: Deferred[T]) -> T:
    """@return: what a Deferred has that never waits: everything here runs in this thread."""
    results: list[Any] = []
    answer.addBoth(results.append)
    (result,) = results
    if hasattr(result, "raiseException"):
        result.raiseException()
    return cast(T, result)


def _now() -> int:
    return time.time_ns() // 1_000_000
