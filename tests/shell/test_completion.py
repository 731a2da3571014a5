"""Completion of command lines, by the shells themselves."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from twisted.trial.unittest import SkipTest, SynchronousTestCase

from hichat import cli
from hichat.shell.completion import SHELLS, script
from tests.support.command import run

BASH = """
. "$1"
shift
spec=$(complete -p hichat) && [ "$spec" != "${spec#*-F }" ] || exit 3
function=${spec#*-F }
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMP_POINT=${#COMP_LINE}
"${function%% *}" hichat "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\\n' "${COMPREPLY[@]}"
"""

ZSH = """
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "PS1=; stty -echo; fpath=($1 \\$fpath); autoload -U compinit; compinit -u -D; print rea''dy"
zpty -r shell line '*ready*'
zpty -w -n shell "$2"$'\\t'
zpty -r -m shell line "*$3*"
print -r -- "$line"
zpty -d shell
"""


class Completion(SynchronousTestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)
        (self.directory / "people.csv").touch()
        (self.directory / "backups").mkdir()

    def shell(self, name: str, *arguments: str) -> list[str]:
        """@return: the lines that a shell writes."""
        if shutil.which(name) is None:
            raise SkipTest(f"{name} is not installed")
        found = subprocess.run(
            [name, *arguments], capture_output=True, text=True, timeout=100, check=True, cwd=self.directory
        )
        self.assertEqual(found.stderr, "")
        return found.stdout.splitlines()

    def write(self, shell: str, name: str) -> str:
        path = self.directory / name
        path.write_text(script(cli.make_program(), shell), encoding="utf-8")
        return str(path)

    def test_bash(self) -> None:
        path = self.write("bash", "completion")
        for words, wanted in (
            (("us",), ["user"]),
            (("user", "re"), ["rename"]),
            (("user", "list", "--js"), ["--json"]),
            (("user", "role", "ann", "mo"), ["moderator"]),
            (("user", "export", "--language", ""), ["en", "zh"]),
            (("completion", ""), [*SHELLS]),
            (("user", "import", "peo"), ["people.csv"]),
            (("backup", "ba"), ["backups"]),
            (("backup", "peo"), [""]),
        ):
            found = self.shell("bash", "--norc", "-c", BASH, "bash", path, "hichat", *words)
            self.assertEqual(sorted(found), sorted(wanted), words)

    def test_fish(self) -> None:
        path = self.write("fish", "hichat.fish")
        for line, wanted in (
            ("hichat us", ["user"]),
            ("hichat user re", ["rename"]),
            ("hichat user list --js", ["--json"]),
            ("hichat user role ann mo", ["moderator"]),
        ):
            found = self.shell("fish", "--no-config", "-c", f"source {path}; complete -C '{line}'")
            self.assertEqual([each.partition("\t")[0] for each in found], wanted, line)

    def test_zsh(self) -> None:
        self.write("zsh", "_hichat")
        for typed, wanted in (("hichat us", "er"), ("hichat user ren", "ame")):
            found = self.shell("zsh", "-f", "-c", ZSH, "zsh", str(self.directory), typed, wanted)
            self.assertIn(wanted, "".join(found))

    def test_the_command(self) -> None:
        for shell in SHELLS:
            status, out, _ = run("completion", shell)
            self.assertEqual(status, 0)
            self.assertEqual(out.rstrip("\n"), script(cli.make_program(), shell).rstrip("\n"))
