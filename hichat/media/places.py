"""The places of uploaded files, as the settings name them."""

from __future__ import annotations

import re
from typing import NamedTuple

FOLDER = "folder"
"""The name of the folder C{uploads} in the state directory."""

# The bucket's name by the rules of AWS, and an underscore or capitals, which other servers take.
_S3 = re.compile(r"s3://([A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9])((?:/[A-Za-z0-9!_.*'()-]{1,200})*)/?")
PREFIX_LIMIT = 500


class S3Place(NamedTuple):
    """
    A part of a bucket of S3.

    @ivar prefix: what the keys of all files begin with: empty, or it ends in a slash.
    """

    bucket: str
    prefix: str

    @classmethod
    def parse(cls, text: str) -> S3Place:
        """
        @param text: C{s3://BUCKET} or C{s3://BUCKET/PREFIX}.
        @raise ValueError: it is neither.
        """
        found = _S3.fullmatch(text)
        if found is None or len(found[2]) > PREFIX_LIMIT:
            raise ValueError("it is neither folder nor s3://BUCKET/PREFIX")
        parts = found[2].split("/")[1:]
        if {".", ".."} & {*parts}:
            raise ValueError("its prefix has a part . or ..")
        return cls(found[1], "".join(f"{part}/" for part in parts))

    def __str__(self) -> str:
        """@return: as it is parsed."""
        return f"s3://{self.bucket}/{self.prefix}".rstrip("/")


def parse_place(text: str) -> S3Place | None:
    """
    @return: None: the folder.
    @raise ValueError: there is no such place.
    """
    return None if text == FOLDER else S3Place.parse(text)
