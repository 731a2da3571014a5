"""
Names that look alike: skeletons as in Unicode Technical Standard 39, with the tables of C{confusable_homoglyphs}.

Two names of one script may look alike by chance, such as C{modern} and C{modem}: both are allowed. If the scripts
differ, or a name has an invisible character, one name is an imitation of the other.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import msgspec
from confusable_homoglyphs import utils
from precis_i18n import get_profile

from hichat.core.text import formed, key_of, name_key

SKELETON_LIMIT = 192
"""The most characters of a skeleton; a longer one is cut."""

MIXED = ""
"""The script of a name that has several scripts, invisible characters, or such that look like other characters."""

NO_NAME = dict.fromkeys(("name_key", "name_match", "name_look", "name_script"))
"""The columns of L{columns_of} for a deleted user or group."""

NO_DISPLAY_NAME = dict.fromkeys(("display_match", "display_look", "display_script", "found_by"))
"""The further columns of L{columns_of_user} for a deleted user."""

EDGE = "|"
"""Stands before and behind each name in the column C{found_by}. A name's words have a blank between them."""

_BETWEEN_WORDS = re.compile(r"[\W_]+")

_ignorable = get_profile("OpaqueString").base.ucd.default_ignorable
# Characters that are shown as a blank, but are no blanks for Unicode.
_EMPTY = "\u2800"
# The table's file has these marks around characters of scripts that are written from right to left.
_DIRECTION = "\u200e"


def columns_of(name: str) -> dict[str, str]:
    """@return: the values of the columns that the tables of users and groups have for a name."""
    return {
        "name": name,
        "name_key": name_key(name),
        "name_match": key_of(name),
        "name_look": look_of(name),
        "name_script": script_of(name),
    }


def columns_of_user(name: str, display_name: str) -> dict[str, str]:
    """@return: the values of the columns that the table of users has for a user's two names."""
    found = columns_of(name)
    shown = found if display_name == name else columns_of(display_name)
    compared = {f"display_{each}": shown[f"name_{each}"] for each in ("match", "look", "script")}
    return found | {"display_name": display_name, **compared, "found_by": found_by(name, display_name)}


def found_by(name: str, display_name: str) -> str:
    """@return: the value of the column in which a search for users looks: the words of a user's two names."""
    words = dict.fromkeys((words_of(display_name), words_of(name)))
    return f"{EDGE}{EDGE.join(words)}{EDGE}"


def words_of(text: str) -> str:
    """@return: the words of a name, without regard to case and width, with a blank between two; empty: it has none."""
    return " ".join(_BETWEEN_WORDS.sub(" ", key_of(text)).split())


def look_of(name: str) -> str:
    """@return: a skeleton that is equal for names that look alike, also if one is in capitals."""
    found = _skeleton(_skeleton(_skeleton(name).upper()).lower())
    return " ".join(found.split())[:SKELETON_LIMIT]


def script_of(name: str) -> str:
    """@return: the script of a name, such as C{CYRILLIC}, if it has one only; else L{MIXED}."""
    if name.isascii():
        return "LATIN"
    # Not imported at the top: reading its table takes 20 ms, and the processes of the log's writer and of the search
    # check no names.
    from confusable_homoglyphs import categories

    scripts: set[str] = set()
    for character in formed("NFD", name):
        if character.isascii():
            script = "LATIN" if character.isalpha() else "COMMON"
        elif _ignorable(ord(character)) or character in _EMPTY:
            return MIXED
        else:
            script = categories.alias(character)
            if script in ("LATIN", "COMMON", "INHERITED") and character in prototypes():
                return MIXED
        scripts.add(script)
    scripts -= {"COMMON", "INHERITED"}
    if len(scripts) > 1:
        return MIXED
    return scripts.pop() if scripts else "LATIN"


def is_imitation(name: str, other: str) -> bool:
    """@return: whether one of two names imitates the other; see the module."""
    if name == other or look_of(name) != look_of(other):
        return False
    scripts = {script_of(name), script_of(other)}
    return MIXED in scripts or len(scripts) > 1


@cache
def prototypes() -> Mapping[str, str]:
    """
    Read the table of look-alikes. The first call takes 50 ms, and the result is kept.

    @return: by character, the prototype: the text that replaces all characters that look like it.
    """
    # Decoded without the characters' long names, which are most of the file.
    both_ways = msgspec.json.decode(Path(utils.path("confusables.json")).read_bytes(), type=dict[str, list[_Sign]])
    found: dict[str, str] = {}
    for one, others in both_ways.items():
        sign, (other, *more) = one.strip(_DIRECTION), (each.c.strip(_DIRECTION) for each in others)
        # The package's table does not say which of two characters is the prototype. A prototype has several
        # look-alikes, or is several characters.
        if len(sign) == 1 and not more and (len(both_ways[others[0].c]) > 1 or len(other) > 1 or other < sign):
            found[sign] = other
    return {sign: "".join(found.get(each, each) for each in other) for sign, other in found.items()}


class _Sign(msgspec.Struct, gc=False):
    c: str


def _skeleton(text: str) -> str:
    table = prototypes()
    seen = (each for each in formed("NFD", text) if not _ignorable(ord(each)) and each not in _EMPTY)
    return formed("NFD", "".join(table.get(each, each) for each in seen))
