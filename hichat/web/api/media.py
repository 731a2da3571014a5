"""Media over HTTP: uploads, and links to files that the caller may see."""

from __future__ import annotations

from base64 import b64encode
from typing import IO, Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from hichat.accounts.bot_passes import BotScope
from hichat.core.errors import (
    BadLink,
    DamagedPicture,
    EmptyFile,
    FilesAway,
    NoSuchAddress,
    NoSuchMedia,
    PictureTooLarge,
    QuotaExceeded,
)
from hichat.core.events import MAX_SAFE_INTEGER
from hichat.media.addresses import ID
from hichat.media.media import SignedURL, copy_of
from hichat.media.names import TAKEN
from hichat.media.records import StoredFile
from hichat.media.types import FileKind
from hichat.web.api.operation import Caller, Operation, Section, Time
from hichat.web.services import ApiServices
from hichat.web.uploads import Download, download

MEDIA_LINKS_LIMIT = 100
"""Files that one call gives links to."""

MediaId = Annotated[str, Meta(min_length=22, max_length=22, pattern=f"^{ID}$", description="A file's id.")]
_Until = Annotated[int, Meta(ge=0, le=MAX_SAFE_INTEGER)]


class ShownMedia(msgspec.Struct, omit_defaults=True):
    """
    A file.

    @ivar url: the URL for messages. It opens nothing by itself: get a link.
    @ivar kind: the kind of file, by its content. A message may call it another kind; it is not served as that.
    @ivar type: the media type, by its content.
    @ivar size: bytes. Of a picture: without the metadata that it came with.
    @ivar name: the name that it was uploaded with, without directories and invisible characters.
    @ivar open: an address at which everybody who knows it gets the file without a token, for a profile's picture.
    @ivar width: pixels, as it is shown; of pictures, and of the first page of a PDF. So is C{height}.
    @ivar thumbnail: whether there is a thumbnail: of each picture, and of a PDF whose first page can be drawn.
    @ivar seconds: the length of a sound or a film, by its content; absent: the server cannot find it out. Put it, as a
        whole number, into the message that names the file.
    """

    id: MediaId
    url: str
    kind: FileKind
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
    A link to a file, good for a while.

    @ivar url: a path of this server, which needs no token.
    @ivar thumbnail: such a path of the thumbnail, of 320 pixels at most; of a PDF its first page, of 640 pixels at
        most; absent: there is none.
    @ivar expires: when both expire.
    @ivar type: the file's media type, by its content: it tells whether a client can show the file.
    @ivar name: the name to save it under.
    @ivar size: bytes.
    @ivar width: pixels, as it is shown; of pictures, and of the first page of a PDF. So is C{height}. A client can
        reserve the room before the picture has come.
    @ivar preview: of either: a WebP of 16 pixels at most, in base64, to be shown blurred until the thumbnail has come.
        Older pictures have none.
    """

    id: MediaId
    url: str
    expires: Time
    type: str
    name: str
    size: int
    thumbnail: str | UnsetType = UNSET
    width: int | UnsetType = UNSET
    height: int | UnsetType = UNSET
    preview: Annotated[str, Meta(max_length=800)] | UnsetType = UNSET


class MediaLinks(msgspec.Struct):
    """
    Links to files.

    @ivar items: the links, without those to files that you may not see.
    """

    items: list[MediaLink]


class UploadLimits(msgspec.Struct):
    """
    The limits of uploads.

    @ivar size: bytes of the largest file.
    """

    size: int


class LinksWanted(msgspec.Struct, forbid_unknown_fields=True):
    """
    A question for links.

    @ivar ids: the ids of files.
    """

    ids: Annotated[list[MediaId], Meta(max_length=MEDIA_LINKS_LIMIT)]


class UploadQuery(msgspec.Struct, forbid_unknown_fields=True):
    """
    The name of an upload.

    @ivar name: the file's name. A name of more than 255 bytes in UTF-8 is cut between characters, and keeps its end,
        such as C{.tar.gz}.
    """

    name: Annotated[str, Meta(max_length=TAKEN)] = ""


class MediaPath(msgspec.Struct, forbid_unknown_fields=True):
    """The address of a file."""

    media: MediaId


class Signature(msgspec.Struct, forbid_unknown_fields=True):
    """
    The query of a link, as the server has made it.

    @ivar until: when the link expires.
    @ivar key: the server's signature.
    """

    until: _Until
    key: Annotated[str, Meta(max_length=64)]


async def get_upload_limits(services: ApiServices, caller: Caller) -> UploadLimits:
    """Gives the limits of uploads, so that a client need not send a file that will be refused."""
    return UploadLimits(services.media.limit)


async def upload_media(services: ApiServices, caller: Caller, query: UploadQuery, content: IO[bytes]) -> ShownMedia:
    """
    Uploads a file of any type, which is the body as it is. The server finds out what it is from its content. It removes
    from a picture (PNG, JPEG, GIF, WebP) what cameras and programs have written into it, such as the place where it was
    taken; files of other formats (HEIC, AVIF, TIFF, films) stay as they are. It draws the first page of a PDF, if it
    can, as the file's thumbnail. A file that no message and no profile uses within a day is removed.
    """
    return _shown(services, await services.media.save(caller.user, copy_of(content), query.name))


async def get_media_links(services: ApiServices, caller: Caller, body: LinksWanted) -> MediaLinks:
    """
    Gives links to files that you may see: your own, and those of messages that you may read. A link is good for about
    an hour, and stays the same for as long.
    """
    found = await services.media.links(caller.user, body.ids)
    return MediaLinks([_link(one) for one in found])


async def get_media(services: ApiServices, path: MediaPath, query: Signature) -> Download:
    """
    Sends a file, or ranges of it (RFC 9110, 14). Pictures, sound and films come with their media types; everything else
    comes as bytes to be saved.
    """
    return await _download(services, path, query, False)


async def get_media_thumbnail(services: ApiServices, path: MediaPath, query: Signature) -> Download:
    """Sends the thumbnail of a picture, or the first page of a PDF as a picture."""
    return await _download(services, path, query, True)


async def _download(services: ApiServices, path: MediaPath, query: Signature, thumbnail: bool) -> Download:
    served, age = await services.media.linked(path.media, query.until, query.key, thumbnail)
    return download(served, age)


def _link(found: SignedURL) -> MediaLink:
    return MediaLink(
        id=found.id,
        url=found.url,
        expires=found.until,
        type=found.type,
        name=found.name,
        size=found.size,
        thumbnail=found.thumbnail or UNSET,
        width=UNSET if found.width is None else found.width,
        height=UNSET if found.height is None else found.height,
        preview=UNSET if found.preview is None else b64encode(found.preview).decode(),
    )


def _shown(services: ApiServices, found: StoredFile) -> ShownMedia:
    return ShownMedia(
        id=found.id,
        url=services.media.url(found),
        kind=found.kind,  # type: ignore[arg-type]
        type=found.type,
        size=found.size,
        name=found.name,
        open=services.media.open_url(found),
        width=UNSET if found.width is None else found.width,
        height=UNSET if found.height is None else found.height,
        thumbnail=found.has_thumbnail,
        seconds=round(found.seconds, 3) or UNSET,
    )


SECTION = Section(
    "Media",
    "Upload a file, then send a message with its `url`. Everybody who may read the message may see the file: they get "
    "links to it by its id, which is in the URL. A message with a `/v2/media/` URL is refused with `no_such_media` "
    "unless its sender may see that file; so users can pass pictures on. Messages of existing clients have other URLs, "
    "such as `/uploads/...`: those need no link.",
    (
        Operation(
            "POST",
            "/media",
            upload_media,
            "Upload a file",
            (QuotaExceeded, EmptyFile, DamagedPicture, PictureTooLarge, FilesAway),
            status=201,
            scope=BotScope.SEND,
            limits=True,
        ),
        Operation("GET", "/media", get_upload_limits, "Get the limits of uploads", scope=BotScope.SEND, limits=True),
        Operation("POST", "/media/links", get_media_links, "Get links to files", scope=BotScope.READ, limits=True),
        Operation("GET", "/media/{media}", get_media, "Get a file", (BadLink, NoSuchMedia, NoSuchAddress, FilesAway)),
        Operation(
            "GET",
            "/media/{media}/thumbnail",
            get_media_thumbnail,
            "Get a thumbnail",
            (BadLink, NoSuchMedia, NoSuchAddress, FilesAway),
        ),
    ),
)
