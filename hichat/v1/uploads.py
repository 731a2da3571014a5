"""v1's upload: who may, and the file in a multipart body."""

from __future__ import annotations

from collections.abc import Callable
from typing import IO

from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header

from hichat.accounts.recognising import Recogniser
from hichat.core.errors import FormTooLarge, InvalidField, MalformedForm, V1Off
from hichat.media.media import Copy, MediaStore
from hichat.v1.complaints import UPLOAD_PATH
from hichat.v1.credentials import credentials
from hichat.web.site import FORM_LIMIT, Request, UploadPath
from hichat.web.uploads import announced

FIELD = "file"
"""The name of the multipart field."""

_CHUNK = 64 * 1024
_PARTS_LIMIT = 32


def upload_paths(recogniser: Recogniser, media: MediaStore, on: bool = True) -> dict[bytes, UploadPath]:
    """
    @param on: whether v1 is served.
    @return: where files are posted, and who may: users with room for them.
    """

    async def gate(request: Request) -> Callable[[], None]:
        if not on:
            raise V1Off
        user = await recogniser.authenticate(*credentials(request))
        request.called_by(user.id)
        return await media.reserve(user.id, announced(request))

    return {UPLOAD_PATH: UploadPath(gate, FORM_LIMIT)}


def copy_of_form(content: IO[bytes], content_type: str | None) -> Copy:
    """
    @param content: a C{multipart/form-data} body.
    @return: a function that copies the form's file, piece by piece. It reads to the body's end, and raises
        L{MalformedForm} if the body is not whole, and L{InvalidField} if it has no L{FIELD}.
    @raise MalformedForm: the body is not multipart.
    """
    kind, options = parse_options_header(content_type or "")
    if kind != "multipart/form-data" or "boundary" not in options:
        raise MalformedForm

    def copy(file: IO[bytes], limit: int) -> None:
        copying = found = False
        size = 0
        try:
            with PushMultipartParser(options["boundary"], max_segment_count=_PARTS_LIMIT) as parser:
                for event in parser.parse_blocking(content.read, _CHUNK):
                    if isinstance(event, MultipartSegment):
                        copying = event.name == FIELD and not found
                        found = found or copying
                    elif event and copying:
                        size += len(event)
                        if size > limit:
                            raise FormTooLarge(limit)
                        file.write(event)
        except MultipartError as e:
            raise MalformedForm from e
        if not found:
            raise InvalidField(FIELD)

    return copy
