"""
Files as phones, browsers, messengers and office programs write them: the structure of real ones, with next to nothing
in it.
"""

import io
import struct
import zipfile

# Matroska (RFC 9559)


def element(id, *parts, size=None):
    """@param size: what it says of its size; None: what it has, C{"unknown"}: nothing, as live recorders do."""
    content = b"".join(parts)
    width = b"\x01" + b"\xff" * 7 if size == "unknown" else (1 << 56 | len(content)).to_bytes(8, "big")
    return bytes.fromhex(id) + width + content


def ebml(doctype):
    return element("1a45dfa3", element("4286", b"\1"), element("4282", doctype), element("4287", b"\4"))


def track(kind, codec, number=1):
    return element("ae", element("d7", bytes((number,))), element("83", bytes((kind,))), element("86", codec))


def block(time, number=1, content=b"\x86\x85V_VP8"):
    """@param content: by chance what is said looks like the beginning of a film."""
    return element("a3", bytes((0x80 | number,)), struct.pack(">h", time), b"\x80", content)


def recorded(doctype, tracks, clusters, duration=None, seek=False, size="unknown"):
    """@param clusters: pairs of a time and blocks."""
    info = [element("2ad7b1", (1_000_000).to_bytes(3, "big")), element("4d80", b"Chrome")]
    if duration is not None:
        info.append(element("4489", struct.pack(">d", duration)))
    # Chrome names the first cluster before the tracks.
    head = element("114d9b74", element("4dbb", element("53ab", b"\x1f\x43\xb6\x75"), element("53ac", b"\x40")))
    body = [head] if seek else []
    body += [element("1549a966", *info), element("1654ae6b", *tracks)]
    body += [
        element("1f43b675", element("e7", struct.pack(">I", time)), *blocks, size=size) for time, blocks in clusters
    ]
    return ebml(doctype) + element("18538067", *body, size=size)


OPUS = track(2, b"A_OPUS")
VP8 = track(1, b"V_VP8", 2)
H264 = track(1, b"V_MPEG4/ISO/AVC", 2)

# Blocks of 60 ms; the second cluster begins at 30 s.
SPOKEN = ((0, [block(time) for time in range(0, 30_000, 60)]), (30_000, [block(0), block(60)]))

# Boxes (ISO/IEC 14496-12)


def box(kind, *parts):
    content = b"".join(parts)
    return struct.pack(">I4s", 8 + len(content), kind) + content


def brands(*names):
    return box(b"ftyp", names[0], bytes(4), *names)


def moov(*handlers, seconds=0.0, scale=1000, more=b""):
    tracks = [
        box(
            b"trak",
            box(b"tkhd", bytes(12), struct.pack(">I", number), bytes(68)),
            box(
                b"mdia",
                box(b"mdhd", bytes(12), struct.pack(">II", scale, int(seconds * scale)), bytes(4)),
                box(b"hdlr", bytes(8), handler, bytes(13)),
            ),
        )
        for number, handler in enumerate(handlers, 1)
    ]
    head = box(b"mvhd", bytes(12), struct.pack(">II", scale, int(seconds * scale)), bytes(80))
    return box(b"moov", head, *tracks, more)


def fragment(number, begin, *samples, default=None):
    """
    @param samples: how long each lasts; or, with C{default}, whatever.
    @param default: how long all of them last; 0: as long as the film says.
    """
    flags = 0x20008 if default else 0x20000
    head = box(b"tfhd", struct.pack(">II", flags, number), struct.pack(">I", default) if default else b"")
    run = struct.pack(">II", 0x100 if default is None else 0, len(samples))
    times = b"" if default is not None else struct.pack(f">{len(samples)}I", *samples)
    traf = box(b"traf", head, box(b"tfdt", struct.pack(">II", 0, begin)), box(b"trun", run, times))
    return box(b"moof", box(b"mfhd", bytes(8)), traf) + box(b"mdat", b"x" * 40)


SOUND, VIDEO, TEXT, META = b"soun", b"vide", b"text", b"mdir"
DECOY = box(b"mdat", b"hdlr" + bytes(8) + b"vide")
"""What is said looks like the beginning of a film."""

# Ogg (RFC 3533)


def page(packet, position=0, first=False, stream=7):
    laces = b"\xff" * (len(packet) // 255) + bytes((len(packet) % 255,))
    kind = 2 if first else 0
    head = b"OggS\0" + struct.pack("<BQIII", kind, position, stream, 0, 0)
    return head + bytes((len(laces),)) + laces + packet


OPUS_HEAD = b"OpusHead\1\1" + struct.pack("<HI", 312, 16_000) + b"\0\0\0"
VORBIS_HEAD = b"\1vorbis" + struct.pack("<IBI", 0, 1, 44_100)
FLAC_HEAD = b"\x7fFLAC\1\0\0\1fLaC\0\0\0\x22" + bytes(10) + (8000 << 4).to_bytes(3, "big") + bytes(20)
SPEEX_HEAD = b"Speex   " + bytes(28) + struct.pack("<I", 16_000)
UNTIMED = (1 << 64) - 1

# Frames

ADTS = b"\xff\xf1\x50\x40\x04\x1f\xfc" + bytes(25)
"""A frame of 32 bytes, of 1024 samples at 44.1 kHz."""

MP3 = b"\xff\xfb\x90\x64" + bytes(413)
"""A frame of 417 bytes, of 1152 samples at 44.1 kHz."""

LAYER_2 = b"\xff\xfd\x84\x00" + bytes(413)


def id3(size, footer=False):
    return (
        b"ID3\4\0"
        + (b"\x10" if footer else b"\0")
        + bytes((size >> 21 & 127, size >> 14 & 127, size >> 7 & 127, size & 127))
        + b"\xff" * size
        + (bytes(10) if footer else b"")
    )


def flac(samples, hertz=44_100):
    packed = (hertz << 44 | samples).to_bytes(8, "big")
    return b"fLaC\0\0\0\x22" + bytes(10) + packed + bytes(16) + b"\xff\xf8"


def chunk(kind, content, order="<", size=None):
    return (
        kind + struct.pack(f"{order}I", len(content) if size is None else size) + content + b"\0" * (len(content) & 1)
    )


def wav(data, rate=16_000, size=None, before=b"", riff=b"RIFF"):
    form = chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, rate // 2, rate, 2, 16))
    return riff + struct.pack("<I", 0xFFFFFFFF) + b"WAVE" + before + form + chunk(b"data", data, size=size)


AIFF = b"FORM\0\0\0\0AIFF" + chunk(b"COMM", struct.pack(">HIH", 1, 22_050, 16) + b"\x40\x0e\xac\x44" + bytes(6), ">")
"""Half a second at 44.1 kHz."""


def caf(packet, frames, *chunks):
    body = struct.pack(">d4sIIIII", 8000.0, b"lpcm", 0, packet, frames, 1, 16)
    return b"caff\0\1\0\0" + b"".join(
        kind + struct.pack(">q", len(content) if size is None else size) + content
        for kind, content, size in ((b"desc", body, None), *chunks)
    )


# Documents


def archive(*names, first=b""):
    """@param first: what the entry C{mimetype} says, before all others, and not packed."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        if first:
            packed.writestr(zipfile.ZipInfo("mimetype"), first)
        for name in names:
            packed.writestr(name, "x" * 500)
    return file.getvalue()


def compound(*names):
    """A file of Microsoft's old container with such streams (MS-CFB)."""
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHH", 62, 3, 0xFFFE, 9)
    head = (head.ljust(48, b"\0") + struct.pack("<I", 1)).ljust(512, b"\0")
    entries = b"".join(
        name.encode("utf-16-le").ljust(64, b"\0") + struct.pack("<H", 2 * len(name) + 2) + bytes(62)
        for name in ("Root Entry", *names)
    )
    return head + bytes(512) + entries.ljust(2048, b"\0")


RECORDINGS: tuple[tuple[str, str, float, bytes], ...] = (
    # What it is of, its type, how many seconds it has.
    ("MediaRecorder, voice", "audio/webm", 30.12, recorded(b"webm", [OPUS], SPOKEN)),
    ("the same, longer than it says", "audio/webm", 2.4, recorded(b"webm", [OPUS], SPOKEN, duration=2400.0)),
    ("a duration of nothing", "audio/webm", 30.12, recorded(b"webm", [OPUS], SPOKEN, duration=0.0)),
    ("no number", "audio/webm", 30.12, recorded(b"webm", [OPUS], SPOKEN, duration=float("nan"))),
    ("sizes are told", "audio/webm", 30.12, recorded(b"webm", [OPUS], SPOKEN, size=None)),
    ("joined late", "audio/webm", 0.12, recorded(b"webm", [OPUS], SPOKEN[1:])),
    ("Chrome, screen", "video/webm", 9.0, recorded(b"webm", [OPUS, VP8], SPOKEN, 9000.0, seek=True)),
    ("Chrome, voice", "audio/webm", 9.0, recorded(b"webm", [OPUS], SPOKEN, 9000.0, seek=True)),
    ("Chrome, H.264", "video/x-matroska", 30.12, recorded(b"matroska", [H264], SPOKEN, seek=True)),
    (
        "a track that is not seen or heard",
        "video/webm",
        1.0,
        recorded(b"webm", [track(17, b"S_TEXT"), VP8], (), 1000.0),
    ),
    (
        "Safari, voice",
        "audio/mp4",
        1.5,
        brands(b"iso5", b"isom", b"iso5", b"hlsf") + moov(SOUND) + fragment(1, 0, 500, 500) + fragment(1, 1000, 500),
    ),
    ("Safari, from later on", "audio/mp4", 1.0, brands(b"iso5") + moov(SOUND) + fragment(1, 7000, 1000)),
    (
        "Chrome, MP4",
        "video/mp4",
        2.0,
        brands(b"isom", b"iso6") + moov(SOUND, VIDEO) + fragment(1, 0, 0, 0, default=500) + fragment(2, 0, 1000, 1000),
    ),
    (
        "a default of the film",
        "audio/mp4",
        3.0,
        brands(b"mp42")
        + moov(
            SOUND,
            more=box(
                b"mvex", box(b"trex", bytes(4), (1).to_bytes(4, "big"), bytes(4), (750).to_bytes(4, "big"), bytes(8))
            ),
        )
        + fragment(1, 0, *[0] * 4, default=0),
    ),
    ("iPhone, voice memo", "audio/mp4", 7.5, brands(b"M4A ", b"isom", b"mp42") + DECOY + moov(SOUND, seconds=7.5)),
    ("Android, voice", "audio/mp4", 7.5, brands(b"mp42", b"isom", b"mp42") + moov(SOUND, seconds=7.5) + DECOY),
    ("Android, AMR in 3GP", "audio/3gpp", 4.0, brands(b"3gp4", b"isom", b"3gp4") + DECOY + moov(SOUND, seconds=4)),
    ("old phone, film", "video/3gpp", 4.0, brands(b"3gp5") + DECOY + moov(VIDEO, SOUND, seconds=4)),
    ("CDMA phone", "audio/3gpp2", 4.0, brands(b"3g2a") + moov(SOUND, seconds=4)),
    (
        "iPhone, HEVC",
        "video/quicktime",
        4.0,
        brands(b"qt  ") + box(b"wide") + box(b"mdat", b"x") + moov(VIDEO, SOUND, seconds=4),
    ),
    ("QuickTime without brands", "video/quicktime", 4.0, box(b"wide") + box(b"mdat", b"x") + moov(VIDEO, seconds=4)),
    ("QuickTime, sound", "audio/mp4", 4.0, brands(b"qt  ") + moov(SOUND, seconds=4)),
    (
        "WhatsApp, film",
        "video/mp4",
        4.0,
        brands(b"mp42", b"mp41", b"isom", b"avc1") + box(b"beam", b"x") + moov(VIDEO, SOUND, seconds=4),
    ),
    ("a GIF of Telegram", "video/mp4", 4.0, brands(b"isom", b"iso2", b"avc1", b"mp41") + moov(VIDEO, seconds=4)),
    (
        "a large film",
        "video/mp4",
        4.0,
        brands(b"isom") + b"\0\0\0\1mdat" + (24).to_bytes(8, "big") + bytes(8) + moov(VIDEO, seconds=4),
    ),
    ("a book with pictures", "audio/mp4", 4.0, brands(b"M4B ", b"mp42") + moov(SOUND, VIDEO, TEXT, seconds=4)),
    ("a book of LibriVox", "audio/mp4", 4.0, brands(b"M4A\0", b"isom") + moov(SOUND, VIDEO, seconds=4)),
    (
        "a song with its cover",
        "audio/mp4",
        4.0,
        brands(b"M4A ")
        + moov(SOUND, seconds=4, more=box(b"udta", box(b"meta", bytes(4), box(b"hdlr", bytes(8), META, bytes(13))))),
    ),
    (
        "WhatsApp and Telegram, voice",
        "audio/ogg",
        2.5,
        page(OPUS_HEAD, first=True)
        + page(b"OpusTags")
        + page(b"x" * 300, 60_000)
        + page(b"x" * 300, 120_312)
        + page(b"x", UNTIMED),
    ),
    (
        "Firefox, voice, with others",
        "audio/ogg",
        2.5,
        page(b"fishead\0" + bytes(56), first=True, stream=1)
        + page(OPUS_HEAD, first=True)
        + page(b"x", 120_312)
        + page(b"x", 9, stream=1),
    ),
    ("Vorbis", "audio/ogg", 2.0, page(VORBIS_HEAD, first=True) + page(b"x\x80theora", 88_200)),
    ("FLAC in Ogg", "audio/ogg", 2.0, page(FLAC_HEAD, first=True) + page(b"x", 16_000)),
    ("Speex", "audio/ogg", 2.0, page(SPEEX_HEAD, first=True) + page(b"x", 32_000)),
    (
        "Theora",
        "video/ogg",
        2.0,
        page(b"\x80theora" + bytes(35), first=True, stream=1) + page(VORBIS_HEAD, first=True) + page(b"x", 88_200),
    ),
    ("AAC", "audio/aac", 0.232, ADTS * 10),
    ("AAC behind a tag", "audio/aac", 0.232, id3(300) + ADTS * 10),
    ("AAC whose end is lost", "audio/aac", 0.232, ADTS * 10 + ADTS[:5]),
    ("MP3", "audio/mpeg", 0.261, MP3 * 10),
    ("MP3 behind tags", "audio/mpeg", 0.261, id3(5000) + id3(300, footer=True) + bytes(500) + MP3 * 10),
    ("MP3 behind silence, with a tag at the end", "audio/mpeg", 0.261, bytes(1000) + MP3 * 10 + b"TAG" + bytes(125)),
    ("MP3 with a hole", "audio/mpeg", 0.261, MP3 * 5 + b"hole" * 50 + MP3 * 5),
    ("MP3 of Xing", "audio/mpeg", 26.122, (MP3[:36] + b"Xing\0\0\0\1\0\0\3\xe8").ljust(417, b"\0") + MP3),
    (
        "MP3 of Fraunhofer",
        "audio/mpeg",
        26.122,
        (MP3[:36] + b"VBRI" + bytes(10) + b"\0\0\3\xe8").ljust(417, b"\0") + MP3,
    ),
    ("layer 2", "audio/mpeg", 0.24, LAYER_2[:4] + bytes(380) + (LAYER_2[:4] + bytes(380)) * 9),
    ("AMR", "audio/amr", 2.0, b"#!AMR\n" + (b"\x3c" + bytes(31)) * 50 + (b"\x7c" * 50)),
    ("AMR, wide", "audio/amr-wb", 1.0, b"#!AMR-WB\n" + (b"\x24" + bytes(40)) * 50),
    ("FLAC", "audio/flac", 2.0, flac(88_200)),
    ("FLAC without comments", "audio/flac", 2.0, b"fLaC\x80" + flac(88_200)[5:]),
    ("FLAC without comments behind a tag", "audio/flac", 2.0, id3(50) + b"fLaC\x80" + flac(88_200)[5:]),
    ("FLAC behind a tag", "audio/flac", 2.0, id3(50) + flac(88_200)),
    ("WAV", "audio/wav", 0.5, wav(bytes(8000))),
    ("WAV of a pipe", "audio/wav", 0.5, wav(bytes(8000), size=0xFFFFFFFF)),
    ("WAV of a pipe that says nothing", "audio/wav", 0.5, wav(bytes(8000), size=0)),
    ("WAV with a comment", "audio/wav", 0.5, wav(bytes(8000), before=chunk(b"LIST", b"odd"))),
    (
        "WAV for more than 4 GB",
        "audio/wav",
        0.5,
        wav(
            bytes(8000),
            size=0xFFFFFFFF,
            riff=b"RF64",
            before=chunk(b"ds64", bytes(8) + (8000).to_bytes(8, "little") + bytes(12)),
        ),
    ),
    ("AIFF", "audio/aiff", 0.5, AIFF),
    ("CAF", "audio/x-caf", 0.5, caf(2, 1, (b"data", bytes(8004), -1))),
    (
        "CAF with packets",
        "audio/x-caf",
        2.0,
        caf(0, 0, (b"data", bytes(9), None), (b"pakt", bytes(8) + (16_000).to_bytes(8, "big"), None)),
    ),
    ("AU", "audio/basic", 0.5, b".snd" + b"".join(n.to_bytes(4, "big") for n in (24, 8000, 3, 8000, 1)) + bytes(8000)),
    ("WeChat, voice", "audio/x-silk", 0.0, b"\x02#!SILK_V3" + bytes(50)),
)
