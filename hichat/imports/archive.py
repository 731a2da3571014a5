"""
The files of an export: a folder, a ZIP, or one file by itself.

Whoever made the export may mean harm. No name leads out of a folder; nothing is unpacked on the disk; and nothing is
read into memory that is larger than a limit, whatever a ZIP says about the size of what is in it.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import IO, NamedTuple

from hichat.core.errors import StartError

MOVED_LINE_LIMIT = 16 * 1024 * 1024
"""The most bytes of a line."""

DOCUMENT_LIMIT = 256 * 1024 * 1024
"""The most bytes of a file that is read as a whole."""


class ArchiveTooLarge(Exception):
    """A line or a file is larger than it may be."""


class Archive:
    """
    @param path: a folder, a ZIP, or a file.
    @raise StartError: there is no such thing, or it is a damaged ZIP.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._zip: zipfile.ZipFile | None = None
        self._names: dict[str, str] = {}
        if not path.exists():
            raise StartError(f"hichat: {path}: there is no such file")
        if path.is_dir():
            self._root = path.resolve()
        elif zipfile.is_zipfile(path):
            try:
                self._zip = zipfile.ZipFile(path)
            except (zipfile.BadZipFile, OSError) as e:
                raise StartError(f"hichat: {path}: {e}") from None
            infos = [each for each in self._zip.infolist() if not each.is_dir()]
            # Some programs put all in one folder.
            self._names = {_clean(each.filename): each.filename for each in infos if _clean(each.filename)}
        elif path.suffix.lower() == ".zip":
            raise StartError(f"hichat: {path}: it is no whole ZIP; download it again")
        else:
            self._root = path.parent.resolve()

    def names(self) -> list[str]:
        """@return: the paths of all files, in order."""
        if self._zip is not None:
            return sorted(self._names)
        if not self.path.is_dir():
            return [self.path.name]
        found = (each for each in self._root.rglob("*") if each.is_file() and not each.is_symlink())
        return sorted(each.relative_to(self._root).as_posix() for each in found)

    def has(self, name: str) -> bool:
        """@return: whether there is such a file."""
        if self._zip is not None:
            return name in self._names
        return self._place(name) is not None

    def size(self, name: str) -> int:
        """@return: the size of a file in bytes, as the archive says; 0: there is none."""
        if self._zip is not None:
            return self._zip.getinfo(self._names[name]).file_size if name in self._names else 0
        place = self._place(name)
        return place.stat().st_size if place else 0

    def _place(self, name: str) -> Path | None:
        clean = _clean(name)
        if not clean or clean != name:
            return None
        place = (self._root / clean).resolve()
        return place if place.is_relative_to(self._root) and place.is_file() else None

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """
        A context manager around the content of a file.

        @raise StartError: there is no such file, or it is damaged.
        """
        try:
            if self._zip is not None:
                with self._zip.open(self._names[name]) as file:
                    yield file
                return
            place = self._place(name)
            if place is None:
                raise KeyError(name)
            with place.open("rb") as file:
                yield file
        except KeyError:
            raise StartError(f"hichat: {self.path}: there is no {name[:200]} in it") from None
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as e:
            raise StartError(f"hichat: {self.path}: {name[:200]}: {e}") from None

    def lines(self, name: str) -> Iterator[tuple[int, bytes]]:
        """
        @return: the number and the content of each line that is not empty.
        @raise StartError: a line is too long.
        """
        with self.open(name) as file:
            number = 0
            while line := file.readline(MOVED_LINE_LIMIT + 1):
                number += 1
                if len(line) > MOVED_LINE_LIMIT:
                    raise StartError(
                        f"hichat: {self.path}: {name}: line {number} is longer than {MOVED_LINE_LIMIT:,} bytes"
                    )
                if line.strip():
                    yield number, line

    def document(self, name: str) -> bytes:
        """
        @return: the content of a file.
        @raise ArchiveTooLarge: it has more than L{DOCUMENT_LIMIT} bytes.
        """
        with self.open(name) as file:
            found = file.read(DOCUMENT_LIMIT + 1)
        if len(found) > DOCUMENT_LIMIT:
            raise ArchiveTooLarge(name)
        return found

    def close(self) -> None:
        """Close the ZIP."""
        if self._zip is not None:
            self._zip.close()


class Elsewhere(NamedTuple):
    """
    Files that an export only names.

    @ivar folder: where some of them are, downloaded by somebody; None: nowhere.
    @ivar paths: by their ids: their paths there.
    @ivar may_fetch: whether a file can be downloaded from a URL.
    """

    folder: Archive | None = None
    paths: Mapping[str, str] = MappingProxyType({})
    may_fetch: Callable[[str], bool] = lambda url: False

    @classmethod
    def in_folder(cls, path: Path | None, may_fetch: Callable[[str], bool]) -> Elsewhere:
        """@return: those in a folder, where the names of files or of their folders have Slack's ids."""
        if path is None:
            return cls(may_fetch=may_fetch)
        folder = Archive(path)
        found: dict[str, str] = {}
        for name in folder.names():
            id = _FILE_ID.search(name)
            if id is not None:
                found.setdefault(id[0], name)
        return cls(folder, found, may_fetch)


_FILE_ID = re.compile(r"(?<![A-Z0-9])F[A-Z0-9]{6,}(?![A-Z0-9])")


def _clean(name: str) -> str:
    """@return: a path that leads nowhere else; empty: it would."""
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or not path.parts or ":" in path.parts[0]:
        return ""
    return path.as_posix()
