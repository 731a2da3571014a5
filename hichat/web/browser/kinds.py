"""
Makes C{app/model/kinds.js}, a module of JavaScript with the sets of the table of kinds that the web client uses. After
a change of the table run C{python -m hichat.web.browser.kinds > hichat/web/browser/app/model/kinds.js}.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Set

from hichat.core import kinds

_HEAD = """\
// What kinds of events are like, by their names. Made from hichat/core/kinds.py by hichat/web/browser/kinds.py: a test
// compares the two.
"""

_SETS = (
    ("MESSAGES", kinds.MESSAGES, "shown among the messages"),
    ("FOLDED", kinds.FOLDED, "shown in the message that they are about"),
    ("LINES", kinds.LINES, 'shown between the messages, as t("joinedLine")'),
    ("COUNTED", kinds.COUNTED, "count as unread"),
    ("RECALLS", kinds.RECALLS, "take a message back"),
    ("ERASURES", kinds.ERASURES, "take all earlier messages of their sender back"),
    ("CALLS", kinds.CALLS | kinds.BOT_ANSWERS, "are between somebody and a bot, wherever that was"),
    ("BEGINNINGS", kinds.BEGINNINGS, "make somebody a member"),
    ("ENDINGS", kinds.ENDINGS, "end a membership"),
    ("DISSOLUTIONS", kinds.DISSOLUTIONS, "end all memberships"),
)


def script() -> str:
    """@return: the text of the module."""
    return _HEAD + "".join(
        f"export const {name} = new Set({json.dumps(_names(found))}); // {words}\n" for name, found, words in _SETS
    )


def _names(found: Set[int]) -> list[str]:
    return [traits.name for kind, traits in kinds.TRAITS.items() if kind in found]


if __name__ == "__main__":
    sys.stdout.write(script())
