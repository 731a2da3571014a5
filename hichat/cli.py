"""The C{hichat} command: the entry point of the rooms' subcommands."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from sqlalchemy.exc import SQLAlchemyError

from hichat.admin import commands as admin
from hichat.admin import keys
from hichat.admin.app_passwords import add_app_password_commands
from hichat.admin.audit import add_audit_command
from hichat.admin.backup import add_backup_command
from hichat.admin.bots import add_bot_commands
from hichat.admin.check import add_check_command
from hichat.admin.hooks import add_hook_commands
from hichat.admin.imports import add_import_commands
from hichat.admin.keeping import add_keeping_commands
from hichat.admin.mail import add_mail_commands
from hichat.admin.media import add_media_commands
from hichat.admin.moving import add_database_commands
from hichat.admin.nodes import add_nodes_command
from hichat.admin.owner import explained
from hichat.admin.plugins import add_plugins_command
from hichat.admin.restore import add_restore_command
from hichat.admin.trace import add_trace_command
from hichat.bench import commands as bench
from hichat.bridges.command import add_bridge_command
from hichat.core.errors import NoSuchAppPassword, NoSuchDevice, NoSuchUser, Refused, StartError
from hichat.daemon.service import make_private
from hichat.runtime.versions import described
from hichat.shell.completion import add_completion_command
from hichat.shell.guidance import guide
from hichat.shell.manual import add_man_command
from hichat.shell.program import Program
from hichat.storage.engine import driver_message
from hichat.terminal import command as chat

SHOWN_PATH = 200
"""Characters of a path that a complaint shows."""


def main(arguments: Sequence[str] | None = None) -> None:
    """
    Run the command.

    @param arguments: the arguments without the program's name; None: those of the process.
    """
    make_private()
    options = make_program().parse_args(arguments)
    try:
        status = options.run(options)
    except StartError as e:
        sys.exit(explained(str(e)))
    except Refused as e:
        sys.exit(f"hichat: {_told(e, options)}")
    except SQLAlchemyError as e:
        sys.exit(f"hichat: HICHAT_DATABASE: {driver_message(e)}")
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # The reader of our output has closed the pipe. Nothing more can be written, not even by Python at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as e:
        found = f"{str(e.filename)[:SHOWN_PATH]}: {e.strerror}" if e.filename else str(e)
        sys.exit(explained(f"hichat: {found}"))
    sys.exit(status)


def _told(error: Refused, options: argparse.Namespace) -> str:
    """@return: the sentence about an error, with the name that was typed and where the right ones are."""
    name = getattr(options, "name", None) or getattr(options, "user", None)
    if isinstance(error, NoSuchUser) and isinstance(name, str):
        return f"there is no user {name!r}; `hichat user list` shows all"
    if isinstance(error, NoSuchDevice) and isinstance(name, str):
        return f"{name} has no device {options.device!r}; `hichat device list {name}` shows all"
    if isinstance(error, NoSuchAppPassword) and isinstance(name, str):
        return f"{name} has no app password {options.label!r}; `hichat app-password list {name}` shows all"
    return error.text("en")


def make_program() -> Program:
    """@return: the parser of the command, with all commands that it has."""
    program = Program(prog="hichat")
    program.add_argument("--version", action="version", version=described(), help="show the versions")
    commands = program.add_subparsers(metavar="COMMAND")
    chat.add_command(commands)
    admin.add_commands(commands)
    keys.add_commands(commands)
    add_app_password_commands(commands)
    add_bot_commands(commands)
    add_nodes_command(commands)
    add_plugins_command(commands)
    add_check_command(commands)
    add_backup_command(commands)
    add_restore_command(commands)
    add_database_commands(commands)
    add_audit_command(commands)
    add_media_commands(commands)
    add_mail_commands(commands)
    add_hook_commands(commands)
    add_keeping_commands(commands)
    add_import_commands(commands)
    add_trace_command(commands)
    add_bridge_command(commands)
    measuring = commands.add_parser("bench", help="measure a daemon")
    bench.add_commands(measuring.add_subparsers(required=True, metavar="COMMAND"))
    add_completion_command(program)
    add_man_command(program)
    guide(program)
    return program
