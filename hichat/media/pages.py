"""
Draws the first page of a PDF, as a picture that clients show beside the file.

This module runs in a process of its own, as L{hichat.media.pictures} does: see L{hichat.media.decoder}. A hostile file
may crash PDFium, which is written in C++.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pypdfium2
from PIL import Image

from hichat.core.errors import DamagedPicture
from hichat.media.pictures import make_preview, write_thumbnail
from hichat.media.types import Picture

PAGE_SIDE = 640
"""Pixels of the longer side of a first page, whatever size the file states: text of a letter can just be read."""

# All exceptions that pypdfium2 raises on hostile files; those of PDFium are RuntimeErrors.
_UNREADABLE = (RuntimeError, ValueError, TypeError, ArithmeticError, AssertionError, MemoryError)


def draw_first(content: Path, drawn: Path) -> Picture:
    """
    Draw the first page of a PDF on white.

    @param content: the path of the PDF.
    @param drawn: the path to which to write the picture of the page, as
        L{types.THUMBNAIL_TYPE<hichat.media.types.THUMBNAIL_TYPE>}.
    @return: the size of that picture, and its preview.
    @raise DamagedPicture: the file is broken, has no page, or needs a password.
    """
    try:
        page = _draw(content)
    except _UNREADABLE as e:
        raise DamagedPicture from e
    with drawn.open("wb") as file:
        write_thumbnail(page, file)
    return Picture(page.width, page.height, 1, make_preview(page))


def _draw(content: Path) -> Image.Image:
    with closing(pypdfium2.PdfDocument(content)) as document, closing(document[0]) as page:
        # The size is bounded before anything is drawn: a page may state that it is kilometres wide.
        bitmap = page.render(scale=PAGE_SIDE / max(page.get_size()))
        with closing(bitmap):
            drawn: Image.Image = bitmap.to_pil().convert("RGB")
    # PDFium rounds up.
    drawn.thumbnail((PAGE_SIDE, PAGE_SIDE))
    return drawn
