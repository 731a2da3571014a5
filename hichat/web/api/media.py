"""Media: uploading files, and links to those that one may see."""

from __future__ import annotations

from typing import IO, Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from hichat.core.errors import (
    BadLink,
    DamagedPicture,
    EmptyFile,
    NoSuchAddress,
    NoSuchMedia,
    PictureTooLarge,
    QuotaExceeded,
)
from hichat.core.events import MAX_SAFE_INTEGER
from hichat.media.addresses import ID
from hichat.media.media import copy_of
from hichat.media.names import TAKEN
from hichat.media.records import Media
from hichat.media.types import Kind
from hichat.web.api.operation import Caller, Operation, Section, Time
from hichat.web.parts import Parts
from hichat.web.uploads import Download

LINKS_LIMIT = 100
"""Files that one call gives links to."""

MediaId = Annotated[str, Meta(min_length=22, max_length=22, pattern=f"^{ID}$", description="A file's id.")]
_Until = Annotated[int, Meta(ge=0, le=MAX_SAFE_INTEGER)]


class ShownMedia(msgspec.Struct, omit_defaults=True):
    """
    A file.

    @ivar url: by what messages name it. It opens nothing by itself: see the links.
    @ivar kind: what it is, by its content. Messages may call it something else; it is shown to nobody as that.
    @ivar type: the media type, by its content.
    @ivar size: bytes. Of a picture: without the metadata that it came with.
    @ivar name: what it was called, without directories and what cannot be seen.
    @ivar open: where whoever knows this gets it without a token: for a profile's picture, say.
    @ivar width: pixels, as it is shown; of pictures only. So is C{height}.
    @ivar thumbnail: whether there is a small picture of it.
    @ivar seconds: how long a sound or a film lasts, by its content; absent: that is not to be found out. Put it, as a
        whole number, into the message that names the file.
    """

    id: MediaId
    url: str
    kind: Kind
    type: str
    size: int
    name: str
    open: str
    width: int | UnsetType = UNSET
    height: int | UnsetType = UNSET
    thumbnail: bool = False
    seconds: Annotated[float, Meta(gt=0)] | UnsetType = UNSET


class MediaLink(msgspec.Struct, omit_defaults=True):
    """
    Where a file is for a while.

    @ivar url: needs no token; a path of this server.
    @ivar thumbnail: the same of a small picture, of 320 pixels at most; absent: there is none.
    @ivar expires: until when these are good.
    @ivar type: the file's media type, by its content: whether it is worth trying to show it.
    @ivar name: what to save it as.
    @ivar size: bytes.
    """

    id: MediaId
    url: str
    expires: Time
    type: str
    name: str
    size: int
    thumbnail: str | UnsetType = UNSET


class MediaLinks(msgspec.Struct):
    """
    Links to files.

    @ivar items: without those that you may not see.
    """

    items: list[MediaLink]


class UploadLimits(msgspec.Struct):
    """
    What may be uploaded.

    @ivar size: bytes of the largest file.
    """

    size: int


class LinksWanted(msgspec.Struct, forbid_unknown_fields=True):
    """
    What links are wanted to.

    @ivar ids: of files.
    """

    ids: Annotated[list[MediaId], Meta(max_length=LINKS_LIMIT)]


class UploadQuery(msgspec.Struct, forbid_unknown_fields=True):
    """
    What is said of a file.

    @ivar name: what it is called. What has more than 255 bytes in UTF-8 is cut between characters; how it ends, such as
        C{.tar.gz}, is kept.
    """

    name: Annotated[str, Meta(max_length=TAKEN)] = ""


class MediaPath(msgspec.Struct, forbid_unknown_fields=True):
    """A file's place."""

    media: MediaId


class Signature(msgspec.Struct, forbid_unknown_fields=True):
    """
    What is in the query of a link; take it from there.

    @ivar until: when the link ends.
    @ivar key: what shows that it is one of the server's.
    """

    until: _Until
    key: Annotated[str, Meta(max_length=64)]


async def get_upload_limits(parts: Parts, caller: Caller) -> UploadLimits:
    """Says what may be uploaded, so that a client need not send what will be refused."""
    return UploadLimits(parts.media.limit)


async def upload_media(parts: Parts, caller: Caller, query: UploadQuery, content: IO[bytes]) -> ShownMedia:
    """
    Keeps a file: the body as it is, of any type. What it is is found from its content. Of a picture (PNG, JPEG, GIF,
    WebP) what cameras and programs have written into it is removed, such as the place where it was taken; all other
    formats (HEIC, AVIF, TIFF, films) are files, which keep what is in them. A file that no message names within a day
    is removed.
    """
    return _shown(parts, await parts.media.save(caller.user, copy_of(content), query.name))


async def get_media_links(parts: Parts, caller: Caller, body: LinksWanted) -> MediaLinks:
    """
    Gives links to files that you may see: your own, and those of messages that you may read. They are good for about
    an hour, and for as long the same.
    """
    found = await parts.media.links(caller.user, body.ids)
    return MediaLinks(
        [MediaLink(one.id, one.url, one.until, one.type, one.name, one.size, one.thumbnail or UNSET) for one in found]
    )


async def get_media(parts: Parts, path: MediaPath, query: Signature) -> Download:
    """
    Sends a file, or ranges of it (RFC 9110, 14). Pictures, sound and films come as what they are; everything else comes
    as bytes that are to be saved.
    """
    return await _download(parts, path, query, False)


async def get_media_thumbnail(parts: Parts, path: MediaPath, query: Signature) -> Download:
    """Sends the small picture of a picture."""
    return await _download(parts, path, query, True)


async def _download(parts: Parts, path: MediaPath, query: Signature, thumbnail: bool) -> Download:
    served, age = await parts.media.linked(path.media, query.until, query.key, thumbnail)
    return Download(served, age)


def _shown(parts: Parts, found: Media) -> ShownMedia:
    return ShownMedia(
        id=found.id,
        url=parts.media.url(found),
        kind=found.kind,  # type: ignore[arg-type]
        type=found.type,
        size=found.size,
        name=found.name,
        open=parts.media.open_url(found),
        width=UNSET if found.width is None else found.width,
        height=UNSET if found.height is None else found.height,
        thumbnail=found.kind == "picture",
        seconds=round(found.seconds, 3) or UNSET,
    )


SECTION = Section(
    "Media",
    "Upload a file, then write a message that names its `url`. Who may read the message may see the file: ask for "
    "links to the ids of such URLs. A message with a `/v2/media/` URL is refused with `no_such_media` unless its "
    "sender may see that file; so pictures can be passed on. Messages of existing clients have other URLs, such as "
    "`/uploads/...`: those need no link.",
    (
        Operation(
            "POST",
            "/media",
            upload_media,
            "Upload a file",
            (QuotaExceeded, EmptyFile, DamagedPicture, PictureTooLarge),
            status=201,
        ),
        Operation("GET", "/media", get_upload_limits, "Ask what may be uploaded"),
        Operation("POST", "/media/links", get_media_links, "Get links to files"),
        Operation("GET", "/media/{media}", get_media, "Get a file", (BadLink, NoSuchMedia, NoSuchAddress)),
        Operation(
            "GET",
            "/media/{media}/thumbnail",
            get_media_thumbnail,
            "Get a small picture",
            (BadLink, NoSuchMedia, NoSuchAddress),
        ),
    ),
)
