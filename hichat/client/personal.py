"""
All that there is of a user over the v2 HTTP API, as a ZIP that goes to the disk while it comes. Each call raises
L{hichat.client.wire.Refused} with the server's code if the server refuses it, and other L{ClientError}s.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO
from zipfile import is_zipfile

from hichat.client.caller import ApiCaller
from hichat.client.wire import BadAnswer, FileTrouble, Unreachable, words
from hichat.core.errors import Language


class PersonalCalls:
    """
    @param session: makes the calls, for its user.
    """

    def __init__(self, session: ApiCaller) -> None:
        self._session = session

    async def export(self, path: Path, language: Language = "en") -> int:
        """
        Save all that there is of this user.

        @param path: the file to make, for its owner only. It must not exist; after a failure it does not exist either.
        @param language: that of the pages for people.
        @return: the size in bytes.
        @raise FileTrouble: the file cannot be written.
        @raise Unreachable: the ZIP does not come whole.
        """
        return await self._save("/me/export", path, language)

    async def export_person(self, user: int, path: Path, language: Language = "en") -> int:
        """Save all that there is of another user; see L{export}. For owners of the server."""
        return await self._save(f"/admin/people/{user}/export", path, language)

    async def _save(self, asked: str, path: Path, language: Language) -> int:
        # Before the question: the server counts the links.
        try:
            with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                try:
                    link = await self._session.call("POST", asked, {"language": language})
                    place = words(link.get("url")) if isinstance(link, dict) else ""
                    if not place.startswith("/"):
                        raise BadAnswer("the server's answer is not a link")
                    await self._session.receive_file(place, lambda piece: _write(file, piece))
                    file.flush()
                    # Some proxies leave out what says that an answer is not whole.
                    if not is_zipfile(path):
                        raise Unreachable("the export has not come whole")
                    return os.fstat(file.fileno()).st_size
                except BaseException:
                    path.unlink(missing_ok=True)
                    raise
        except OSError as e:
            raise FileTrouble(f"{path}: {e.strerror or e}") from e


def _write(file: IO[bytes], piece: bytes) -> None:
    file.write(piece)
