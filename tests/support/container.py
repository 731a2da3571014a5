"""The file of which an image is made, as the tests read it: there is no container engine."""

from __future__ import annotations

import json
import re

from tests import guide

FILE = guide.PAGES / "Containerfile"

KNOWN = {"ARG", "CMD", "COPY", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "RUN", "USER", "VOLUME", "WORKDIR"}
"""The instructions that it may have."""


def instructions() -> list[tuple[str, str]]:
    """
    @return: each instruction and its arguments, in order.
    @raise AssertionError: there is one that is not known.
    """
    text = re.sub(r"^ *#.*\n", "", FILE.read_text(), flags=re.MULTILINE)
    found = []
    for line in re.sub(r"\\\n\s*", "", text).splitlines():
        if line.strip():
            name, _, rest = line.partition(" ")
            assert name in KNOWN, line
            found.append((name, rest.strip()))
    return found


def last_stage() -> list[tuple[str, str]]:
    """@return: the instructions of the stage that becomes the image."""
    found = instructions()
    begins = max(place for place, (name, _) in enumerate(found) if name == "FROM")
    return found[begins:]


def words(arguments: str) -> list[str]:
    """@return: a command in its JSON form, which needs no shell."""
    found: list[str] = json.loads(arguments[arguments.index("[") :])
    return found
