"""
Files from before there was a table of them: whoever has seen a message that names one may see it. The name in the
message is that in the folder of uploads, also where newer files are elsewhere.
"""

from __future__ import annotations

import re

from hichat.media.addresses import OPEN_PREFIX

_OLD_NAME = re.compile(r"[0-9a-f]{32}\.([a-z0-9]{3,4})")

_TYPES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "wav": "audio/wav",
    "webm": "audio/webm",
    "mka": "audio/x-matroska",
    "ogg": "audio/ogg",
    "m4a": "audio/mp4",
    "flac": "audio/flac",
    "mp3": "audio/mpeg",
}


def old_type(name: str) -> str | None:
    """@return: the media type of the file that has this name; None: the name is not of that time."""
    found = _OLD_NAME.fullmatch(name)
    return _TYPES.get(found[1]) if found is not None else None


def old_name_in(url: str) -> str | None:
    """@return: the name of the old file that a URL names; None: it names none. There need not be such a file."""
    name = url.removeprefix(OPEN_PREFIX)
    return name if name != url and old_type(name) is not None else None
