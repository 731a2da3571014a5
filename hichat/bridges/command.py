"""C{hichat bridge}."""

from __future__ import annotations

import argparse
import os
import sys
from hashlib import blake2b
from pathlib import Path
from typing import Any

from hichat.core.errors import StartError

FILE_LIMIT = 8 * 1024 * 1024


def add_bridge_command(commands: Any) -> None:
    """Add C{bridge}."""
    text = "connect groups with other networks"
    bridges = commands.add_parser("bridge", help=text, description=f"{text.capitalize()}.")
    kinds = bridges.add_subparsers(metavar="COMMAND")
    text = "carry messages between groups and a Matterbridge: IRC, Matrix, Slack, Discord, XMPP and more"
    made = kinds.add_parser(
        "matterbridge", help=text, description=f"{text[0].upper()}{text[1:]}. Runs until it is ended."
    )
    made.add_argument("url", metavar="URL", help="where Matterbridge's API listens, such as http://127.0.0.1:4242")
    text = "a group, by its name or id, and the gateway of Matterbridge's settings; may be given several times"
    made.add_argument("--group", action="append", required=True, type=_pair, metavar="NAME=GATEWAY", help=text)
    made.add_argument("--server", default="http://127.0.0.1:8000", metavar="URL", help="HiChat [default: %(default)s]")
    text = "a file with the bot's token [default: HICHAT_TOKEN in the environment]"
    made.add_argument("--token-file", type=Path, metavar="FILE", help=text)
    text = "a file with the Token of Matterbridge's API [default: HICHAT_MATTERBRIDGE_TOKEN in the environment]"
    made.add_argument("--matterbridge-token-file", type=Path, metavar="FILE", help=text)
    text = "where it keeps what waits, and where it goes on [default: one of its own below ~/.local/state/hichat]"
    made.add_argument("--state", type=Path, metavar="FILE", help=text)
    text = "bytes of the largest file that is carried, either way [default: %(default)s]"
    made.add_argument("--file-limit", type=_bytes, default=FILE_LIMIT, metavar="BYTES", help=text)
    text = "networks, besides public ones, that files are fetched from, such as that of Matterbridge's media server"
    made.add_argument("--fetch-from", default="", metavar="NETWORKS", help=text)
    made.set_defaults(run=_bridge)


def _pair(text: str) -> tuple[str, str]:
    name, found, gateway = text.rpartition("=")
    if not found or not name.strip() or not gateway.strip():
        raise argparse.ArgumentTypeError(f"{text!r} is not a group and a gateway, such as Ops=gateway1")
    return name.strip(), gateway.strip()


def _bytes(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= 48 * 1024 * 1024:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of bytes from 1 to {48 * 1024 * 1024}")
    return int(text)


def _bridge(options: argparse.Namespace) -> int:
    from hichat.bridges.bridge import BridgePlan
    from hichat.bridges.memory import BridgeMemory
    from hichat.bridges.running import run_bridge
    from hichat.fetching.addresses import Reachable

    gateways = [gateway for _, gateway in options.group]
    twice = sorted({gateway for gateway in gateways if gateways.count(gateway) > 1})
    if twice:
        raise StartError(f"hichat: --group: the gateway {twice[0]!r} can lead to one group only")
    try:
        reachable = Reachable.parse(options.fetch_from)
    except ValueError as error:
        raise StartError(f"hichat: --fetch-from: {error}") from None
    token = _secret(options.token_file, "HICHAT_TOKEN")
    if not token:
        raise StartError(
            "hichat: the bot's token is missing: `hichat bot token` makes one; give it by HICHAT_TOKEN or --token-file"
        )
    plan = BridgePlan(
        server=options.server,
        token=token,
        url=options.url,
        remote_token=_secret(options.matterbridge_token_file, "HICHAT_MATTERBRIDGE_TOKEN"),
        pairs=options.group,
        file_limit=options.file_limit,
        reachable=reachable,
    )
    memory = BridgeMemory(options.state or _state_file(plan))
    try:
        return run_bridge(plan, memory, sys.stderr)
    finally:
        memory.close()


def _secret(path: Path | None, variable: str) -> str:
    """
    @return: a secret; empty: there is none.
    @raise StartError: the file cannot be read, or has more than one line.
    """
    if path is None:
        return os.environ.get(variable, "").strip()
    try:
        found = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise StartError(f"hichat: cannot read {path}: {getattr(error, 'strerror', '') or 'it is no text'}") from None
    if not found.isprintable() or " " in found:
        raise StartError(f"hichat: {path} has more than a token")
    return found


def _state_file(plan: Any) -> Path:
    from hichat.terminal.state import state_directory

    directory = state_directory()
    if directory is None:
        raise StartError("hichat: there is no home directory to keep the bridge's state in; give --state FILE")
    key = blake2b(f"{plan.server}\n{plan.url}\n{sorted(plan.pairs)}".encode(), digest_size=8).hexdigest()
    return directory / f"bridge-{key}.db"
