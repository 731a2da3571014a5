"""The parts of accounts, and what puts them together."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from hichat.accounts.deleting import Deleter
from hichat.accounts.device_sessions import DeviceSessions
from hichat.accounts.grants import Grants
from hichat.accounts.guard import Guard
from hichat.accounts.log_in_outcomes import LogInOutcomes
from hichat.accounts.log_ins import LogIns
from hichat.accounts.password_changes import PasswordChanges
from hichat.accounts.password_codes import PasswordCodes
from hichat.accounts.profiles import Profiles
from hichat.accounts.recognising import Recogniser
from hichat.accounts.refreshing import Refresher
from hichat.accounts.registering import Registrar
from hichat.accounts.resting import Resting
from hichat.accounts.sessions import DURATION
from hichat.accounts.sign_outs import SignOuts
from hichat.accounts.status import AccountStatus
from hichat.accounts.telling import TellByMail, TellPerson, nobody_told
from hichat.audit.book import Note, no_notes
from hichat.runtime.limits import Limits, Rate

if TYPE_CHECKING:
    from hichat.accounts.passwords import Passwords
    from hichat.accounts.tokens import TokenSigner
    from hichat.core.drafts import Appender
    from hichat.core.ports import Leaves
    from hichat.storage.store import Store

_UNLIMITED = Rate(0, 1)


class Accounts(NamedTuple):
    """
    The parts of accounts, each with one job. Who needs one of them gets that one.

    @ivar registrar: makes accounts.
    @ivar guard: checks passwords, and limits tries.
    @ivar outcomes: counts and notes how log-ins end.
    @ivar log_ins: logs devices in.
    @ivar refresher: exchanges refresh tokens.
    @ivar sessions: lists devices, and signs them out.
    @ivar recogniser: recognises users by their tokens.
    @ivar profiles: changes profiles.
    @ivar passwords: changes passwords.
    @ivar status: disables and enables users, and gives them roles.
    @ivar deleter: deletes accounts.
    """

    registrar: Registrar
    guard: Guard
    outcomes: LogInOutcomes
    log_ins: LogIns
    refresher: Refresher
    sessions: DeviceSessions
    recogniser: Recogniser
    profiles: Profiles
    passwords: PasswordChanges
    status: AccountStatus
    deleter: Deleter


def make_accounts(
    store: Store,
    ledger: Appender,
    passwords: Passwords,
    tokens: TokenSigner,
    now: Callable[[], int],
    limits: Limits | None = None,
    registration: str = "open",
    names_key: bytes | None = None,
    duration: int = DURATION,
    leaves: Sequence[Leaves] = (),
    changed: TellPerson = lambda user, person: None,
    logged_in: Callable[[str, str], object] = lambda way, outcome: None,
    note: Note = no_notes,
    passwords_on: bool = True,
    mail: TellByMail = nobody_told,
) -> Accounts:
    """
    Put the parts together.

    @param now: the time in milliseconds since the epoch.
    @param limits: the limits of strangers' tries; None: there are none.
    @param registration: the policy of registration; see L{Registrar}.
    @param names_key: a secret, for names that were given up; None: they rest for as long as the parts live.
    @param duration: the duration of sessions, in seconds.
    @param leaves: the other rooms with rows about users, which are told when an account is deleted.
    @param changed: called with a user's id when the user's names or picture have changed.
    @param logged_in: called with the way and the outcome of each log-in; see L{LogInOutcomes}.
    @param note: notes in the audit log who registers and logs in, and what is refused.
    @param passwords_on: whether passwords let in others than owners, and accounts are made with one.
    @param mail: tells users by mail about their accounts.
    """
    limits = limits or Limits(_UNLIMITED, _UNLIMITED, _UNLIMITED, now)
    resting = Resting(names_key or secrets.token_bytes(32))
    sign_outs, grants, codes = SignOuts(ledger), Grants(tokens, now, duration), PasswordCodes(tokens, now)
    guard, outcomes = Guard(store, passwords, tokens, now, limits, note), LogInOutcomes(logged_in, note)
    guard.only_owners = not passwords_on
    changes = PasswordChanges(store, passwords, codes, guard, grants, sign_outs, now, note, mail)
    return Accounts(
        registrar=Registrar(store, passwords, codes, resting, now, limits, registration, passwords_on, note),
        guard=guard,
        outcomes=outcomes,
        log_ins=LogIns(store, guard, grants, sign_outs, outcomes, now, note, mail),
        refresher=Refresher(store, tokens, grants, sign_outs, outcomes, now, duration, note),
        sessions=DeviceSessions(store, grants, sign_outs, now, duration),
        recogniser=Recogniser(store, tokens, now, duration, note),
        profiles=Profiles(store, sign_outs, changes, resting, now, changed),
        passwords=changes,
        status=AccountStatus(store, sign_outs, now),
        deleter=Deleter(store, sign_outs, resting, leaves, now, changed),
    )
