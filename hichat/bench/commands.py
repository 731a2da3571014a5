"""C{hichat bench}: fill a state directory, and measure a daemon."""

from __future__ import annotations

import argparse
import os
import random
import stat
import sys
from pathlib import Path
from typing import Any, TextIO

import msgspec
from tqdm import tqdm

from hichat.admin.administration import now
from hichat.admin.arguments import administration, command, count
from hichat.bench import prepare
from hichat.bench import run as bench
from hichat.bench.crowd import Plan
from hichat.client.wire import ClientError
from hichat.core.errors import StartError
from hichat.storage.store import Store

SERVER = "http://127.0.0.1:8000"


def add_commands(commands: Any) -> None:
    """Add C{prepare} and C{run}."""
    made = command(commands, "prepare", "fill a new state directory with users, groups and messages", _prepare, False)
    made.add_argument("--users", type=count, required=True, metavar="N", help="users 1 to N, without passwords")
    made.add_argument("--group-size", type=count, metavar="G", help="put them into groups of G, in order")
    made.add_argument("--messages", type=count, default=0, metavar="M", help="messages between them [default: none]")
    made.add_argument(
        "--conversations", type=count, metavar="C", help="number of pairs that these messages are in [default: N]"
    )
    made.add_argument("--among", type=count, metavar="A", help="take these pairs among users 1 to A [default: N]")
    made.add_argument(
        "--tokens", type=Path, required=True, metavar="FILE", help="file to write, with a token of each user a line"
    )

    text = "talk to a running daemon as many clients, check what comes, and say how fast it was"
    found = commands.add_parser("run", help=text, description=text)
    found.add_argument(
        "case",
        choices=bench.CASES,
        help="what the clients do: talk in pairs, spread over many pairs, or in groups; only connect; or idle",
    )
    text = f"give several of one store to measure them together, with pairs across them [default: {SERVER}]"
    found.add_argument("--server", action="append", metavar="URL", help=text)
    found.add_argument("--tokens", type=Path, required=True, metavar="FILE", help="the file that prepare has written")
    found.add_argument("--connections", type=count, default=100, metavar="N", help="[default: %(default)s]")
    found.add_argument("--window", type=count, default=8, metavar="W", help="messages under way [default: %(default)s]")
    found.add_argument("--seconds", type=count, default=5, metavar="S", help="[default: %(default)s]")
    text = "pairs that talk in `spread`; the same ones as prepare draws of as many users [default: %(default)s]"
    found.add_argument("--conversations", type=count, default=200_000, metavar="C", help=text)
    text = "that the clients are shared out among [default: %(default)s, one core is the daemon's]"
    found.add_argument("--processes", type=count, default=bench.processes(), metavar="P", help=text)
    found.add_argument("--json", action="store_true", help="print the report as JSON")
    found.set_defaults(run=_measure)


def _prepare(options: argparse.Namespace) -> int:
    people = options.users
    pairs = options.conversations or people
    if options.messages:
        prepare.check_pairs(_talkers(options), pairs)
    # Opened first: a wrong path must fail before minutes of work.
    with _open_tokens(options.tokens) as file:
        made = administration(options, make=True)
        _fill(made.store, options, pairs)
        file.truncate()
        # The tokens are of the devices that make_users has made.
        made.write_tokens(map(prepare.claims, range(1, people + 1)), file)
    print("Start the daemon that is measured with")
    print(" ".join(f"{name}={value}" for name, value in prepare.SETTINGS.items()))
    return 0


def _talkers(options: argparse.Namespace) -> int:
    """@return: the number of users who have sent messages."""
    return min(options.users, options.among or options.users)


def _open_tokens(path: Path) -> TextIO:
    """@return: a file that only its owner may read; it is not truncated yet."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            # An existing file may have been readable by everybody.
            os.fchmod(descriptor, 0o600)
        return open(descriptor, "w", encoding="ascii")
    except OSError as e:
        raise StartError(f"hichat: --tokens: cannot write {path}: {e.strerror}") from None


def _fill(store: Store, options: argparse.Namespace, pairs: int) -> None:
    began, people = now(), options.users
    with _bar(people, "users") as bar:
        prepare.make_users(store, people, began, bar.update)
    if options.group_size:
        with _bar(people, "members") as bar:
            prepare.make_groups(store, people, options.group_size, began, bar.update)
    if options.messages:
        chance = random.Random(people)  # noqa: S311
        with _bar(options.messages, "messages") as bar:
            prepare.make_messages(store, _talkers(options), options.messages, pairs, began, bar.update, chance)


def _measure(options: argparse.Namespace) -> int:
    try:
        tokens = options.tokens.read_text(encoding="ascii").split()
    except OSError as e:
        raise StartError(f"hichat: --tokens: cannot read {options.tokens}: {e.strerror}") from None
    plan = Plan(
        case=options.case,
        servers=tuple(options.server or [SERVER]),
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
    """@return: a progress bar; it shows nothing if standard error is no terminal."""
    return tqdm(total=total, unit=f" {unit}", unit_scale=True, disable=None)
