"""Converts the docstrings of types from epytext to CommonMark, and adds them to JSON Schemas."""

from __future__ import annotations

import inspect
import re
from typing import Any

import msgspec

_MARKUP = re.compile(r"([CLBI])\{([^{}]*)\}")
_MARKS = {"C": "`", "L": "`", "B": "**", "I": "*"}
_FIELD = re.compile(r"@ivar (\w+): (.*)", re.DOTALL)


def commonmark(epytext: str) -> str:
    """@return: the text with its inline markup and literal blocks in CommonMark."""
    marked = _MARKUP.sub(lambda found: _MARKS[found[1]] + found[2] + _MARKS[found[1]], epytext)
    return re.sub(r"::$", ":", marked, flags=re.MULTILINE)


def describe(schema: dict[str, Any], kind: type[msgspec.Struct]) -> None:
    """
    Add the descriptions of a type's docstring to its schema.

    @param schema: the schema of an object, which is changed.
    """
    schema["description"], words = described(kind)
    for field in msgspec.structs.fields(kind):
        found = schema["properties"][field.encode_name]
        said = (words.get(field.name, ""), found.get("description", ""))
        found["description"] = " ".join(_sentence(text) for text in said if text)


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:].removesuffix(".") + "."


def described(kind: type) -> tuple[str, dict[str, str]]:
    """
    @return: the description of a type, and those of its fields by name. A field without one of its own has that of a
        base class.
    """
    text, words = "", dict[str, str]()
    for base in reversed(kind.__mro__):
        paragraphs, fields = _read(vars(base).get("__doc__") or "") if issubclass(base, msgspec.Struct) else ("", {})
        text = paragraphs if base is kind else text
        words |= fields
    return text, words


def _read(docstring: str) -> tuple[str, dict[str, str]]:
    """@return: the text of an epytext docstring, with each paragraph on one line; and the descriptions of fields."""
    text, *fields = re.split(r"^(?=@ivar )", inspect.cleandoc(docstring), flags=re.MULTILINE)
    found = [match for match in map(_FIELD.match, fields) if match]
    paragraphs = [_line(paragraph) for paragraph in text.split("\n\n")]
    return "\n\n".join(filter(None, paragraphs)), {match[1]: _line(match[2]) for match in found}


def _line(text: str) -> str:
    return commonmark(" ".join(text.split()))
