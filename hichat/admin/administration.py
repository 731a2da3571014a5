"""
The accounts of a state directory, for an administrator's command.

Changes are written through the log, as the daemon writes them. A running daemon follows the log, and acts on them
within two seconds.
"""

from __future__ import annotations

import getpass
import os
import sys
import time
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, ParamSpec, TextIO, TypeVar, Unpack, cast

import msgspec
from sqlalchemy import Connection, Engine
from twisted.internet.defer import Deferred, fail, maybeDeferred, succeed

from hichat.accounts import bot_owners, invites, users
from hichat.accounts.accounts import make_accounts
from hichat.accounts.app_secrets import AppPassword
from hichat.accounts.devices import Device
from hichat.accounts.passwords import Passwords
from hichat.accounts.profiles import checked_profile
from hichat.accounts.roles import ServerRole
from hichat.accounts.sessions import Session
from hichat.accounts.telling import MailKind
from hichat.accounts.tokens import V1_LIFETIME, Claims, TokenSigner
from hichat.accounts.users import User
from hichat.audit import entries
from hichat.audit.entries import Entry
from hichat.bots.bots import Bots
from hichat.cluster.nodes import outdated
from hichat.contacts.contacts import Contacts
from hichat.core.drafts import DraftFields, drafted
from hichat.core.errors import Disabled, NoSuchAppPassword, NoSuchUser, NotStored, Refused, StartError
from hichat.core.events import Event
from hichat.daemon.forgotten import forgotten_silently
from hichat.daemon.service import StateDirLock, check_not_restoring, check_state_dir, exposed, prepare_state_dir
from hichat.daemon.serving import DATABASE_FILE, served_database, shown
from hichat.daemon.settings import DaemonSettings
from hichat.groups.service import Groups
from hichat.hooks.incoming.service import IncomingHooks
from hichat.hooks.outgoing.records import OutgoingHook
from hichat.mail.codes import AddressCodes
from hichat.mail.mail import FORGOTTEN_RATE, Mail
from hichat.pipeline.ledger.writer import LogWriter
from hichat.reports.reports import Reports
from hichat.runtime import keys
from hichat.runtime.limits import Limit
from hichat.runtime.sealing import Sealing
from hichat.signin.app_passwords import AppPasswords
from hichat.signin.factors import FactorName
from hichat.signin.kinds import FactorKinds
from hichat.storage.engine import make_engine
from hichat.storage.keyring import check_keys, check_known_keys
from hichat.storage.migrate import is_made, migrate
from hichat.storage.store import Store

P = ParamSpec("P")
T = TypeVar("T")


class DirectLedger:
    """The ledger of a process with one thread and no reactor: each append is a commit."""

    def __init__(self, writer: LogWriter) -> None:
        self._writer = writer

    def append(self, **wanted: Unpack[DraftFields]) -> Deferred[Event]:
        """Write an event at once; see L{hichat.pipeline.ledger.gather.Ledger.append}."""
        draft = drafted(wanted, None)  # type: ignore[arg-type]
        (outcome,) = self._writer.write([draft])
        if isinstance(outcome, NotStored) and self._writer.trouble.cause:
            raise StartError(f"hichat: HICHAT_DATABASE: {self._writer.trouble.cause}")
        return succeed(outcome) if isinstance(outcome, Event) else fail(cast(Refused, outcome))


def open_store(found: DaemonSettings, make: bool, with_keys: bool = True) -> Store:
    """
    Open a daemon's store, for one command.

    @param found: the daemon's settings.
    @param make: whether a missing state directory is made.
    @param with_keys: whether the directory must have the store's keys: otherwise it is another daemon's.
    @return: the store; it works in this thread.
    @raise StartError: the state directory or its database cannot be used.
    """
    check_directory(found, make)
    engine = make_engine(found.database_url)
    check_database(found, engine, make)
    if with_keys:
        check_known_keys(engine, found.state_dir)
    migrate(engine, partial(_daemon_here, found.state_dir) if found.on_sqlite else outdated)
    if with_keys:
        check_keys(engine, found.state_dir)
    return Store(engine, run_here, run_here)


def _daemon_here(directory: Path, _connection: Connection, _oldest: int) -> list[str]:
    """@return: the daemon of a state directory, if it runs. It is older: as it started, it had nothing to migrate."""
    try:
        StateDirLock(directory).release()
    except StartError:
        return [f"the one in {directory}"]
    return []


def check_directory(found: DaemonSettings, make: bool) -> None:
    """@raise StartError: the state directory cannot be used, or there is none and it is not to be made."""
    if make:
        prepare_state_dir(found.state_dir)
    elif not found.state_dir.is_dir():
        raise StartError(
            f"hichat: HICHAT_STATE_DIR: there is no {found.state_dir}; "
            "name the daemon's with --state-dir, or go to where it was started"
        )
    check_state_dir(found.state_dir)
    check_not_restoring(found.state_dir)
    for line in exposed(found):
        print(f"hichat: {line}", file=sys.stderr)


def check_database(found: DaemonSettings, engine: Engine, make: bool) -> None:
    """
    @param engine: the database's.
    @param make: whether the command may be the first one of a new store.
    @raise StartError: there is no database, or it is no daemon's; so a wrong name makes no new store.
    """
    is_new = make and served_database(found.state_dir) is None
    if found.on_sqlite and not Path(engine.url.database or "").exists():
        if not is_new or (found.state_dir / DATABASE_FILE).exists():
            raise StartError(
                f"hichat: HICHAT_DATABASE: there is no {engine.url.database}; name the daemon's database with "
                "--database, or start the daemon, which makes it"
            )
    elif not is_new and not is_made(engine):
        raise StartError(
            f"hichat: HICHAT_DATABASE: {shown(found.database_url)} has no tables of HiChat; name the daemon's database "
            "with --database, or start the daemon, which makes them"
        )


MADE_AT_ONCE = 50
"""Users that are made in one transaction: it takes some 0.15 s, in which nobody else writes on SQLite."""

MADE_PAUSE = 0.05
"""Seconds between two of them."""


class NewPerson(NamedTuple):
    """
    A user that is to be made.

    @ivar name: a name that L{hichat.accounts.names.user_name} has checked.
    @ivar fields: see L{Registrar.add_hashed}.
    """

    name: str
    password_hash: str
    role: ServerRole
    fields: Mapping[str, str]


class Administration:
    """
    The accounts of a state directory, for one command.

    @param found: the daemon's settings.
    @param make: whether a missing directory is made.
    @raise StartError: the directory or its database cannot be used, or the directory has other keys than the store.
    """

    def __init__(self, found: DaemonSettings, make: bool = True) -> None:
        self.directory = found.state_dir
        self.store = open_store(found, make)
        token_key = keys.load_or_make(found.state_dir, "token.key")
        self._tokens = TokenSigner(token_key, now)
        self._kinds = FactorKinds(token_key)
        names_key = keys.load_or_make(found.state_dir, "names.key")
        ledger = DirectLedger(LogWriter(self.store, now))
        duration = found.session_lifetime
        # The daemon's, which sends what is in the queue.
        self._mail = Mail(self.store, AddressCodes(token_key), Limit(FORGOTTEN_RATE, now), now, bool(found.smtp))
        self.passwords = Passwords(run_here, least=found.password_length)
        groups = Groups(self.store, ledger, now)
        self._accounts = make_accounts(
            self.store,
            ledger,
            self.passwords,
            self._tokens,
            now,
            names_key=names_key,
            duration=duration,
            leaves=(
                Contacts(self.store, ledger, now),
                groups,
                Reports(self.store, ledger, now),
                self._kinds.all,
                *forgotten_silently(),
            ),
            mail=self._mail.tell,
        )
        self.bots = Bots(self.store, self._accounts, groups, now)
        sealing = Sealing(token_key, b"hooks")
        self.incoming_hooks = IncomingHooks(self.store, self._accounts.profiles, groups, self.bots, sealing, now)
        self._app_passwords = AppPasswords(self.store, self._accounts.sessions, now)

    def add(self, name: str, password: str, administrator: bool = False, role: ServerRole | None = None) -> User:
        """
        Make a user, whose name may be a reserved one. For the errors see L{Registrar.register}.

        @param role: the user's role; None: C{administrator} says it.
        """
        user = _run(self._accounts.registrar.register(name, password, password, by_operator=True))
        if role is None:
            role = ServerRole.ADMINISTRATOR if administrator else ServerRole.MEMBER
        if role is not user.role:
            _result(self.store.write(users.set_role, user.id, role, now()))
        self._note("user add", user, {} if role is user.role else {"role": role.word})
        return user

    def everyone(self) -> list[User]:
        """@return: all users."""
        return _result(self.store.read(users.everyone))

    def set_password(self, name: str, password: str) -> None:
        """Set a user's password. This voids all tokens of the user, who is told by mail."""
        user = self.find(name)
        _run(self._accounts.passwords.change(user, password))
        self._note("user passwd", user)

    def factors(self, name: str) -> list[FactorName]:
        """@return: what a user may show at a log-in beside the password; empty: the user is not asked."""
        return _result(self.store.read(self._kinds.all.of_user, self.find(name).id))

    def remove_factors(self, name: str) -> None:
        """Take all second factors away from a user. What is logged in stays so. The user is told by mail."""
        user = self.find(name)

        def change(connection: Connection) -> None:
            for each in self._kinds.all.of_user(connection, user.id):
                self._mail.tell(connection, user.id, MailKind.FACTOR_REMOVED, {"factor": each})
            self._kinds.all.forget(connection, user.id)

        _result(self.store.write(change))
        self._note("user factors", user)

    def disable(self, name: str) -> None:
        """Disable a user: no log-in, and no token is valid."""
        user = self.find(name)
        _run(self._accounts.status.disable(user.id))
        self._note("user disable", user)

    def enable(self, name: str) -> None:
        """Enable a disabled user."""
        user = self.find(name)
        _run(self._accounts.status.enable(user.id))
        self._note("user enable", user)

    def rename(self, name: str, new: str) -> User:
        """Give a user another name; nobody else gets the old one for a while. See L{Profiles.change}."""
        user = _run(self._accounts.profiles.change(self.find(name), {"name": new}))
        self._note("user rename", user)
        return user

    def make_administrator(self, name: str, wanted: bool) -> None:
        """Make a user an administrator, or an administrator a member. An owner, who administers too, stays one."""
        user = self.find(name)
        if user.administrator is not wanted:
            _run(self._accounts.status.set_role(user.id, ServerRole.ADMINISTRATOR if wanted else ServerRole.MEMBER))
        self._note("user admin", user, {"administrator": wanted})

    def set_role(self, name: str, role: ServerRole) -> None:
        """Give a user another role; see L{AccountStatus.set_role}."""
        user = self.find(name)
        _run(self._accounts.status.set_role(user.id, role))
        self._note("user role", user, {"role": role.word})

    def delete(self, name: str) -> None:
        """Delete a user for ever; see L{Deleter.delete}."""
        user = self.find(name)
        _run(self._accounts.deleter.delete(user))
        self._note("user delete", user)

    def check_free(self, connection: Connection, name: str) -> None:
        """@raise NameTaken: see L{Registrar.register}."""
        self._accounts.registrar.check_name(connection, name)

    def make_imported(self, connection: Connection, name: str, fields: Mapping[str, str], bot: bool) -> User:
        """
        Make an account without a password; see L{Registrar.add_hashed}.

        @param bot: whether it is a bot, of the server's.
        """
        user = self._accounts.registrar.add_hashed(connection, name, "", fields, bot=bot)
        if bot:
            bot_owners.add(connection, user.id, 0, now())
        return user

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """@return: the result of work that is done in this thread."""
        return _run(work)

    def store_read(self, query: Callable[[Connection], T]) -> T:
        """@return: the result of a query."""
        return _result(self.store.read(query))

    def check_profile(self, fields: Mapping[str, str]) -> None:
        """@raise InvalidField: a field of a profile is not allowed."""
        checked_profile(fields)

    def add_many(self, people: Sequence[NewPerson]) -> None:
        """
        Make many users, in small transactions, so that a daemon can write meanwhile.

        @raise StartError: one of them cannot be made; those before are made.
        """
        for first in range(0, len(people), MADE_AT_ONCE):
            some = people[first : first + MADE_AT_ONCE]
            try:
                self._add_some(some)
            except Refused as e:
                raise StartError(
                    f"hichat: {e.text('en')}; the first {first} users are made, and nobody behind them: remove their "
                    "lines from the file, and go on with the rest"
                ) from None
            time.sleep(MADE_PAUSE)

    def _add_some(self, people: Sequence[NewPerson]) -> None:
        made: list[tuple[User, ServerRole]] = []
        with self.store.transaction() as connection:
            for each in people:
                user = self._accounts.registrar.add_hashed(connection, each.name, each.password_hash, each.fields)
                if each.role is not user.role:
                    users.set_role(connection, user.id, each.role, now())
                    made.append((user, each.role))
        self._note("user import", detail={"users": len(people)})
        for user, role in made:
            if role is ServerRole.ADMINISTRATOR:
                self._note("user admin", user, {"administrator": True})
            else:
                self._note("user role", user, {"role": role.word})

    def devices(self, name: str) -> list[tuple[Device, Session | None]]:
        """@return: a user's devices; see L{DeviceSessions.of_user}."""
        return _run(self._accounts.sessions.of_user(self.find(name).id))

    def revoke(self, name: str, device: str) -> None:
        """
        Revoke a user's device; see L{DeviceSessions.revoke}.

        @param device: the device's name, or its number if no device has that name.
        """
        names = {found.name for found, _ in self.devices(name)}
        by_number = device not in names and device.isascii() and device.isdigit() and len(device) < 16
        user = self.find(name)
        revoked = _run(self._accounts.sessions.revoke(user.id, int(device) if by_number else device))
        self._note("device revoke", user, device=revoked.id)

    def app_passwords(self, name: str) -> list[AppPassword]:
        """@return: a user's app passwords."""
        return _run(self._app_passwords.of_user(self.find(name).id))

    def add_app_password(self, name: str, label: str) -> str:
        """
        @param label: what it is known by.
        @return: a new app password of a user; see L{AppPasswords.make}.
        """
        user = self.find(name)
        made, secret = _run(self._app_passwords.make(user, label))
        self._note("app-password add", user, {"number": made.id})
        return secret

    def revoke_app_password(self, name: str, label: str) -> None:
        """
        Revoke an app password of a user; see L{AppPasswords.revoke}.

        @param label: what it is known by, or its number if none is called so.
        """
        user = self.find(name)
        own = self.app_passwords(name)
        found = [each.id for each in own if each.name == label] or [each.id for each in own if str(each.id) == label]
        if not found:
            raise NoSuchAppPassword
        _run(self._app_passwords.revoke(user.id, found[0]))
        self._note("app-password revoke", user, {"number": found[0]})

    def note_hook(self, hook: OutgoingHook) -> None:
        """Note that a hook was switched off."""
        note_command(self.store, "hook off", hook.owner_id, {"hook": hook.id})

    def invite(self, uses: int, days: int, role: ServerRole = ServerRole.MEMBER) -> str:
        """@return: an invite code for C{uses} accounts of this role, valid for C{days} days."""
        made = _result(self.store.write(invites.make, uses, days * 24 * 3600, now(), role))
        self._note("invite", detail={"uses": uses, "days": days, "role": role.word})
        return made

    def token(self, name: str, device: str) -> str:
        """
        @param device: the device to which the token belongs.
        @return: a token of this user, for v1 and v2.
        @raise Disabled: the user is disabled, so the token would be void.
        @raise Refused: see L{DeviceSessions.issue}.
        """
        user = self.find(name)
        if user.disabled:
            raise Disabled
        made = _run(self._accounts.sessions.issue(user, device))
        self._note("token", user, {"device": device})
        return made

    def _note(
        self, act: str, user: User | None = None, detail: Mapping[str, object] | None = None, device: int = 0
    ) -> None:
        note_command(self.store, act, user.id if user is not None else 0, detail, device)

    def write_tokens(self, claims: Iterable[Claims], file: TextIO) -> None:
        """Write one line with a token for each of the claims. Whether the user or device exists is not checked."""
        for each in claims:
            file.write(f"{self._tokens.issue(each, V1_LIFETIME)}\n")

    def has(self, name: str) -> bool:
        """@return: whether a user has that name."""
        return _result(self.store.read(users.find_by_name, name)) is not None

    def find(self, name: str) -> User:
        """@raise NoSuchUser: no user has that name."""
        user = _result(self.store.read(users.find_by_name, name))
        if user is None:
            raise NoSuchUser
        return user


def note_command(
    store: Store, act: str, whose: int = 0, detail: Mapping[str, object] | None = None, device: int = 0
) -> None:
    """
    Note in the audit log what a command has done.

    @param act: the command, without C{hichat}.
    @param whose: the id of the user who is concerned; 0: nobody is.
    @param detail: more facts, of plain types.
    """
    told = msgspec.json.encode(detail).decode() if detail else ""
    entry = Entry(act=act, whose=whose, device=device, address=_operator(), via="command", detail=told, at=now())
    with store.transaction() as connection:
        entries.add(connection, [entry])


def _operator() -> str:
    """@return: the name, on this machine, of who runs the command."""
    try:
        return os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def run_here(function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Deferred[T]:
    """A L{hichat.core.ports.Runner} that runs in this thread."""
    return maybeDeferred(function, *args, **kwargs)


def _run(work: Coroutine[Any, Any, T]) -> T:
    return _result(Deferred.fromCoroutine(work))


def _result(answer: Deferred[T]) -> T:
    """@return: the result of a Deferred that has fired already, because everything here runs in this thread."""
    results: list[Any] = []
    answer.addBoth(results.append)
    (result,) = results
    if hasattr(result, "raiseException"):
        result.raiseException()
    return cast(T, result)


def now() -> int:
    """@return: milliseconds since the epoch."""
    return time.time_ns() // 1_000_000
