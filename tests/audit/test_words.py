"""The administration's words for what the audit log has."""

import re
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

import hichat
from hichat.admin.audit import line_of
from hichat.audit import entries
from hichat.web.api import reports
from hichat.web.api.catalogue import OPERATIONS

_HOUSE = Path(hichat.__file__).parent
_COMMAND = re.compile(r'\b(?:_note|note_command)\([^"{\n]*"([a-z -]+)"')
"""What notes a command."""

_CHOSEN = re.compile(r'\bact = "(\w+)" if .* else "(\w+)"')
_RECORDED = re.compile(r'\b_recorded\("(\w+)"')


class ActWordsTests(SynchronousTestCase):
    def test_what_has_begun_is_no_refusal(self) -> None:
        """C{hichat audit} tells a log-in by a provider that was begun from one that was refused."""
        for outcome, told in ((entries.BEGUN, "begun"), ("not_welcome", "refused: not_welcome")):
            entry = entries.Entry(act=entries.BEGIN_SIGN_ON, outcome=outcome)
            self.assertEqual(line_of(entry, {}).split("\t")[1:], ["begin_sign_on", told])

    def test_every_act_has_words(self) -> None:
        """Those of the operations, of the commands, and those that the code names otherwise."""
        text = (_HOUSE / "web/browser/app/words/admin/acts.js").read_text(encoding="utf-8")
        told = re.findall(r'^  "?([\w -]+)"?: \["[^"]+", "[^"]+"\],$', text, re.MULTILINE)
        sources = [path.read_text(encoding="utf-8") for path in _HOUSE.rglob("*.py")]
        commands = {act for source in sources for act in _COMMAND.findall(source)}
        self.assertLessEqual({"user add", "keys export", "keys accept", "hold add", "restore", "db copy"}, commands)
        chosen = {act for source in sources for both in _CHOSEN.findall(source) for act in both}
        recorded = {act for source in sources for act in _RECORDED.findall(source)}
        operations = {each.handler.__name__ for each in OPERATIONS if each.audited}
        self.assertEqual(set(told), commands | chosen | recorded | operations | _constants())


def _constants() -> set[str]:
    """@return: the acts that have a name in the code."""
    names = {name for name in vars(entries) if name.isupper()} - {"OK", "BEGUN", "UNKNOWN_OUTCOME"}
    found = {getattr(entries, name) for name in names} | {reports.RECALL_REPORTED, reports.DISABLE_REPORTED}
    return {each for each in found if isinstance(each, str)}
