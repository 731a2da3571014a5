"""The guidance in the help of C{hichat}: what to do first, which commands belong together, and examples."""

from __future__ import annotations

from hichat.shell.program import Program

ABOUT_HICHAT = "HiChat, an instant-messaging daemon: chat, and look after daemon and people."

OWN_SUMMARY = "chat at a terminal, and look after a HiChat daemon"

FIRST_STEPS = (
    "twistd -n hichat                   start a daemon; Ctrl-C stops it",
    "hichat user add NAME --role owner  make the first user, who may do everything",
    "http://127.0.0.1:8000/             chat in a browser; /docs has the manual",
    "hichat chat --user NAME            chat at this terminal",
)

MORE_HELP = "`twistd hichat --help` lists the daemon's settings; `hichat man` is a manual."

GROUPS = {
    "Chat": ("chat", "bridge"),
    "Programs": ("bot", "hook"),
    "People": ("user", "device", "app-password", "invite", "token"),
    "The daemon and its data": (
        "check",
        "nodes",
        "plugins",
        "audit",
        "trace",
        "backup",
        "restore",
        "export",
        "import",
        "db",
        "log",
        "media",
        "mail",
        "keys",
        "hold",
        "retention",
    ),
    "The command itself": ("completion", "man", "bench"),
}

COMMAND_LINES = {
    "chat": (
        "hichat chat --user ann --register",
        "hichat chat --user ann --server https://chat.example.org",
    ),
    "bridge matterbridge": ("hichat bridge matterbridge http://127.0.0.1:4242 --group Ops=ops",),
    "user add": ("hichat user add ann --role owner",),
    "user import": ("hichat user import people.csv --passwords passwords.csv",),
    "user list": ("hichat user list --json",),
    "user rename": ("hichat user rename ann anna",),
    "user role": ("hichat user role ann moderator",),
    "user delete": ("hichat user delete ann",),
    "user export": ("hichat user export ann --output ann.zip",),
    "device revoke": ("hichat device revoke ann anns-old-phone",),
    "app-password add": ('hichat app-password add ann --label "Old phone"',),
    "app-password revoke": ('hichat app-password revoke ann "Old phone"',),
    "bot add": ("hichat bot add ci --group ops",),
    "bot token": ("hichat bot token ci --label nightly --days 90",),
    "hook add": ("hichat hook add ops CI",),
    "token": ("hichat token ann --device nightly-report",),
    "invite": ("hichat invite --uses 20 --days 30",),
    "keys export": ("hichat keys export keys.txt",),
    "keys import": ("hichat keys import keys.txt --state-dir /var/lib/hichat",),
    "check": ("hichat check --deep",),
    "audit": ("hichat audit --user ann --since 7d", "hichat audit --act log_in --since 2026-11-30T08:00 --json"),
    "trace": ("hichat trace 4711", "hichat trace --user ann --since 12h"),
    "backup": ("hichat backup /var/backups/hichat/monday --keep 7",),
    "export": ("hichat export /var/backups/everything.zip",),
    "import slack": ("hichat import slack export.zip --dry-run", "hichat import slack export.zip"),
    "import mattermost": ("hichat import mattermost export.zip --people map.csv",),
    "import hichat": ("hichat import hichat everything.zip --dry-run", "hichat import hichat everything.zip"),
    "restore": ("hichat restore /var/backups/hichat/monday --state-dir /var/lib/hichat",),
    "db copy": ("hichat db copy postgresql://hichat@db.lan/hichat",),
    "db compact": ("hichat db compact --state-dir /var/lib/hichat",),
    "hold add": ("hichat hold add --user ann --reason 'case 4711'",),
    "retention": ("hichat retention Kitchen 30", "hichat retention Kitchen server"),
    "log new-epoch": ("hichat log new-epoch --hours 24",),
    "mail test": ("hichat mail test ann@example.org",),
    "media move": ("hichat media move --remove",),
    "bench prepare": ("hichat bench prepare --users 1000 --tokens tokens.txt --state-dir bench-state",),
    "bench run": ("hichat bench run pairs --tokens tokens.txt --connections 200",),
    "completion": (
        "hichat completion bash > ~/.local/share/bash-completion/completions/hichat",
        "hichat completion fish > ~/.config/fish/completions/hichat.fish",
    ),
    "man": ("hichat man --directory ~/.local/share/man", "hichat man user | man -l -"),
}
"""Command lines, by the command."""


def guide(program: Program) -> None:
    """Give a program, and each of its commands, what is here for it."""
    program.description, program.summary, program.epilog = ABOUT_HICHAT, OWN_SUMMARY, MORE_HELP
    program.beginning, program.groups = FIRST_STEPS, GROUPS
    for words, lines in COMMAND_LINES.items():
        found = find(program, words)
        if found is not None:
            found.examples = lines


def find(program: Program, words: str) -> Program | None:
    """
    @param words: the words of a command, without that of the program.
    @return: that command; None: there is none.
    """
    found: Program | None = program
    for word in words.split():
        found = found.commands.programs.get(word) if found is not None and found.commands is not None else None
    return found
