"""
Builds the client library as a distribution of its own: C{pip wheel ./hichat/client} runs this (PEP 517).

The modules are those of the server, not a copy that somebody has to keep up: those that the client's faces import, and
that these import, are put together each time. They get a package of their own, C{hichat_client}: the server's package
is C{hichat}, and two distributions with files in one package would overwrite and remove each other's.
"""

from __future__ import annotations

import ast
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from setuptools import build_meta

HERE = Path(__file__).parent
HOUSE_OF_ALL = HERE.parent.parent
"""The folder of the package C{hichat}."""

ROOTS = ("hichat.client.aio", "hichat.client.connection", "hichat.client.http", "hichat.client.device_flow")
"""The faces of the library; what they import comes with them."""

FRONT = "hichat.client.aio"
"""The module whose names the package C{hichat_client} has itself."""

_NAME = re.compile(r"\bhichat(?=\.(?:client|core|media|runtime|wire)\b)|(?<=^from )hichat(?= import)", re.MULTILINE)
_VERSION = re.compile(r'^__version__ = "([^"]+)"$', re.MULTILINE)


def build_wheel(directory: str, config: Any = None, metadata: str | None = None) -> str:
    """See PEP 517."""
    return _built(build_meta.build_wheel, directory, config)


def build_sdist(directory: str, config: Any = None) -> str:
    """See PEP 517. What it gives is built by setuptools alone."""
    return _built(build_meta.build_sdist, directory, config)


def _built(hook: Any, directory: str, config: Any) -> str:
    to = Path(directory).resolve()
    with tempfile.TemporaryDirectory() as made:
        stage(Path(made))
        os.chdir(made)
        try:
            return str(hook(str(to), config))
        finally:
            os.chdir(to)


def stage(directory: Path) -> None:
    """Put a project together that setuptools can build."""
    package = directory / "hichat_client"
    for module in sorted(needed(ROOTS)):
        source = source_of(module)
        place = package / source.relative_to(HOUSE_OF_ALL)
        for folder in [place.parent, *place.parent.parents]:
            if folder == package:
                break
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "__init__.py").touch()
        place.write_text(_NAME.sub("hichat_client", source.read_text(encoding="utf-8")), encoding="utf-8")
    (package / "py.typed").touch()
    (package / "__init__.py").write_text(_front(), encoding="utf-8")
    for name in ("setup.cfg", "README.md"):
        shutil.copy(HERE / name, directory)
    shutil.copy(HOUSE_OF_ALL.parent / "LICENSE", directory)
    (directory / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["setuptools>=77"]\nbuild-backend = "setuptools.build_meta"\n'
    )


def _front() -> str:
    """@return: the package's own module."""
    (found,) = [
        ast.literal_eval(node.value)
        for node in ast.parse(source_of(FRONT).read_text(encoding="utf-8")).body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "__all__"
    ]
    version = _VERSION.search((HOUSE_OF_ALL / "__init__.py").read_text(encoding="utf-8"))
    assert version is not None
    names = "".join(f"    {name},\n" for name in found)
    listed = "".join(f'    "{name}",\n' for name in found)
    return (
        '"""Bots and clients of HiChat: see the class Bot."""\n\n'
        f"from {_NAME.sub('hichat_client', FRONT)} import (\n{names})\n\n"
        f'__version__ = "{version[1]}"\n\n__all__ = [\n{listed}]\n'
    )


def needed(roots: tuple[str, ...]) -> set[str]:
    """@return: these modules, and all modules of C{hichat} that they import, directly or not."""
    found: set[str] = set()
    ahead = [*roots]
    while ahead:
        module = ahead.pop()
        if module not in found:
            found.add(module)
            ahead += _imported(module)
    return found


def _imported(module: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source_of(module).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            # What is imported from a package may be a module of it.
            within = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [name if _exists(name) else node.module for name in within]
        else:
            continue
        yield from (name for name in names if name.startswith("hichat.") and _exists(name))


def _path(module: str) -> Path:
    return HOUSE_OF_ALL.joinpath(*module.split(".")[1:])


def _exists(module: str) -> bool:
    return module.startswith("hichat.") and source_of(module).is_file()


def source_of(module: str) -> Path:
    """@return: the file of a module."""
    path = _path(module)
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
