"""What people read: README.md and the pages of C{hichat/docs}, as the tests that follow them find them."""

from __future__ import annotations

import re
from pathlib import Path

import hichat

PACKAGE = Path(hichat.__file__).parent
PAGES = PACKAGE / "docs"
README = PACKAGE.parent / "README.md"


def text(name: str) -> str:
    """@return: the page of that name."""
    return (PAGES / f"{name}.md").read_text(encoding="utf-8")


def everything() -> dict[Path, str]:
    """@return: each text, by its file."""
    return {path: path.read_text(encoding="utf-8") for path in (README, *sorted(PAGES.glob("*.md")))}


def blocks(found: str, language: str) -> list[str]:
    """@return: the blocks of code of a text that are in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", found, re.DOTALL | re.MULTILINE)
