"""PDFs, made by hand."""

PASSWORD = f"/ID[<00><00>]/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<{'aa' * 32}>/U<{'bb' * 32}>>>"
"""The end of the trailer of a PDF that nobody can read without a password (ISO 32000-1, 7.6)."""


def pdf(
    box: str = "0 0 612 792",
    drawing: bytes = b"1 0 0 rg 0 0 306 396 re f",
    pages: int = 1,
    page: str = "",
    trailer: str = "",
    more: tuple[bytes, ...] = (),
) -> bytes:
    """
    @param box: the left, bottom, right and top of each page, in points.
    @param drawing: what is drawn on each page: a red rectangle in the lower left quarter.
    @param page: further entries of each page.
    @param trailer: further entries of the trailer.
    @param more: further objects, behind those of the pages.
    @return: a PDF (ISO 32000-1, 7.5).
    """
    kids = " ".join(f"{4 + number} 0 R" for number in range(pages))
    leaf = f"<</Type/Page/Parent 2 0 R/MediaBox[{box}]/Contents 3 0 R/Resources<<>>{page}>>".encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Count {pages}/Kids[{kids}]>>".encode(),
        b"<</Length %d>>stream\n%s\nendstream" % (len(drawing), drawing),
        *[leaf] * pages,
        *more,
    ]
    made, places = bytearray(b"%PDF-1.7\n"), []
    for number, content in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start, count = len(made), len(objects) + 1
    made += b"xref\n0 %d\n0000000000 65535 f \n%s" % (count, table)
    made += b"trailer<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (count, trailer.encode(), start)
    return bytes(made)
