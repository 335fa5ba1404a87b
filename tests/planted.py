"""Photos and clips with a secret in every place that a camera, a phone or an editor fills behind one's back.

Each secret is a text that begins with MARK, so that finding MARK in an output names what leaked; the face is in the
thumbnails, the cover, the second page and the appended pictures as well.
"""

import io
import struct
import zlib
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pillow_heif
from av.stream import Disposition
from bad_files import sound_frames
from PIL import Image, PngImagePlugin
from scenes import Scene

MARK = "PLANTED"
CREATED = "2021-02-03T04:05:06.000000Z"
TAKEN = "2021:02:03 04:05:06"
PLACE = "+48.8577+002.2950/"

_ASCII, _LONG, _UNDEFINED = 2, 4, 7


def secret(place: str) -> str:
    return f"{MARK} {place}"


def plant_pictures(folder: Path, scene: Scene) -> dict[str, Path]:
    """One of each format; by name."""
    image, exif, xmp = scene.image(), _exif(scene), _xmp()
    made = {name: folder / name for name in ("p.jpg", "p.png", "p.webp", "p.tif", "p.gif", "p.heic", "p.bmp")}
    _write_jpeg(made["p.jpg"], scene)
    chunks = PngImagePlugin.PngInfo()
    chunks.add_text("Comment", secret("PNG text"))
    chunks.add_text("Software", secret("PNG compressed text"), zip=True)
    chunks.add_itxt("XML:com.adobe.xmp", xmp.decode(), zip=True)
    chunks.add(b"tIME", struct.pack(">HBBBBB", 2021, 2, 3, 4, 5, 6))
    image.save(made["p.png"], pnginfo=chunks, exif=exif)
    image.save(made["p.webp"], lossless=True, exif=exif, xmp=xmp)
    _write_tiff(made["p.tif"], scene)
    image.quantize(250).save(made["p.gif"], comment=secret("GIF comment").encode())
    heic = pillow_heif.from_pillow(image)
    heic.info.update(exif=exif, xmp=xmp)
    heic.save(made["p.heic"], quality=90)
    image.save(made["p.bmp"])
    with made["p.bmp"].open("ab") as file:
        file.write(secret("behind a BMP").encode())
    return made


def plant_clips(folder: Path, scene: Scene) -> dict[str, Path]:
    made = {name: folder / name for name in ("p.mp4", "p.mov", "p.mkv")}
    for name in ("p.mp4", "p.mov"):
        _write_clip(made[name], scene)
        with made[name].open("ab") as file:
            box = b"uuid" + bytes.fromhex("be7acfcb97a942e89c71999491e3afac") + _xmp()
            file.write(struct.pack(">I", len(box) + 4) + box)
    _turn_into_positions(made["p.mp4"])
    _write_clip(made["p.mkv"], scene)
    return made


def _write_jpeg(path: Path, scene: Scene) -> None:
    """EXIF with a thumbnail, XMP, IPTC, a comment; then what phones append: a second picture and a short clip."""
    content = io.BytesIO()
    scene.image().save(content, "JPEG", quality=92)
    plain = content.getvalue()
    iptc = b"\x1c\x02\x78" + _counted(secret("IPTC caption"))
    block = b"8BIM\x04\x04\0\0" + struct.pack(">I", len(iptc)) + iptc + (b"\0" if len(iptc) % 2 else b"")
    segments = [
        (0xE1, b"Exif\0\0" + _exif(scene)),
        (0xE1, b"http://ns.adobe.com/xap/1.0/\0" + _xmp()),
        (0xED, b"Photoshop 3.0\0" + block),
        (0xEC, b"Ducky" + secret("APP12").encode()),
        (0xFE, secret("JPEG comment").encode()),
    ]
    head = b"".join(bytes((0xFF, kind)) + struct.pack(">H", len(data) + 2) + data for kind, data in segments)
    motion = b"\0\0\0\x18ftypmp42" + secret("motion photo").encode()
    path.write_bytes(plain[:2] + head + plain[2:] + plain + motion)


def _write_tiff(path: Path, scene: Scene) -> None:
    """A page, and its small version as the second page, as scanners and cameras write them."""
    small = scene.image().resize((160, 120), Image.Resampling.LANCZOS)
    tags = {270: secret("TIFF description"), 271: secret("TIFF make"), 315: secret("TIFF artist"), 700: _xmp()}
    scene.image().save(path, tiffinfo=tags, save_all=True, append_images=[small])


def _write_clip(path: Path, scene: Scene) -> None:
    is_matroska, has_positions = path.suffix == ".mkv", path.suffix == ".mp4"
    options = (
        {"movflags": "use_metadata_tags"} if path.suffix == ".mov" else {}
    )  # MP4 then holds the cover, MOV all tags
    with av.open(path, "w", options=options) as container:
        container.metadata.update({
            "title": secret("title"), "comment": secret("comment"), "location": PLACE, "artist": secret("artist"),
            "make": secret("make"), "model": secret("model"), "com.apple.quicktime.serial": secret("serial number"),
            "creation_time": CREATED, "description": secret("description"),
        })  # fmt: skip
        video = container.add_stream("libx264", rate=25, options={"preset": "ultrafast"})
        video.height, video.width = scene.pictures[0].shape[:2]
        video.pix_fmt = "yuv420p"
        sound = container.add_stream("aac", rate=48000, layout="mono")
        for stream in (video, sound):
            stream.metadata.update({"title": secret("stream title"), "handler_name": secret("handler")})
        sound.metadata["language"] = "fra"
        if is_matroska:
            container.add_attachment(secret("font.ttf"), "font/ttf", secret("attachment").encode() * 20)
            container.add_attachment(secret("cover.jpg"), "image/jpeg", _small_jpeg(scene))
        else:
            cover = _add_cover(container)
        if has_positions:
            data = container.add_mux_stream("mov_text")
            data.metadata["handler_name"] = secret("GPS stream")
        title = {"title": secret("chapter")}
        container.set_chapters([{"id": 1, "start": 0, "end": 400, "time_base": Fraction(1, 1000), "metadata": title}])
        container.start_encoding()
        if not is_matroska:
            container.mux(_cover_packet(cover, scene))
        for number, pixels in enumerate(scene.pictures):
            container.mux(video.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
            if has_positions:
                packet = av.Packet(_counted(secret("GPS 48.8577 2.2950")))
                packet.stream, packet.time_base = data, Fraction(1, 25)
                packet.pts = packet.dts = number
                packet.duration = 1
                container.mux(packet)
        container.mux(video.encode())
        for samples in sound_frames(len(scene.pictures) / 25):
            container.mux(sound.encode(samples))
        container.mux(sound.encode())


def _add_cover(container: av.container.OutputContainer) -> av.VideoStream:
    cover = container.add_stream("mjpeg", rate=1)
    cover.width, cover.height, cover.pix_fmt = 160, 120, "yuvj420p"
    cover.disposition = Disposition.attached_pic
    return cover


def _cover_packet(cover: av.VideoStream, scene: Scene) -> "av.Packet[av.VideoStream]":
    small = np.asarray(scene.image().resize((160, 120), Image.Resampling.LANCZOS))
    frame = av.VideoFrame.from_ndarray(small, format="rgb24").reformat(format="yuvj420p")
    return [*cover.encode(frame), *cover.encode()][0]


def _turn_into_positions(path: Path) -> None:
    """Makes the clip's text track the "gpmd" data track of an action camera: their places in the file are the same."""
    path.write_bytes(path.read_bytes().replace(b"sbtl", b"meta").replace(b"tx3g", b"gpmd"))


def _small_jpeg(scene: Scene) -> bytes:
    """The face as it is, 160 x 120."""
    small = io.BytesIO()
    scene.image().resize((160, 120), Image.Resampling.LANCZOS).save(small, "JPEG", quality=90)
    return small.getvalue()


def _xmp() -> bytes:
    return (
        "<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?><x:xmpmeta xmlns:x='adobe:ns:meta/'>"
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description "
        f"xmlns:aux='http://ns.adobe.com/exif/1.0/aux/' aux:SerialNumber='{secret('XMP serial number')}'/>"
        "</rdf:RDF></x:xmpmeta><?xpacket end='w'?>"
    ).encode()


def _exif(scene: Scene) -> bytes:
    """A TIFF block, little-endian: camera, serial numbers, place, and the face as a thumbnail."""
    small = _small_jpeg(scene)
    camera = [(0x010E, secret("EXIF description")), (0x010F, secret("EXIF make")), (0x013B, secret("EXIF artist"))]
    details = [
        (0x9003, TAKEN), (0x927C, secret("maker note")), (0xA430, secret("owner")), (0xA431, secret("serial number")),
        (0xA435, secret("lens serial number")),
    ]  # fmt: skip
    place = [(0x0001, "N"), (0x001B, secret("GPS method")), (0x001D, "2021:02:03")]
    parts = _Directory(8)
    main = parts.room_for(camera, 2)
    inner, position = parts.room_for(details), parts.room_for(place)
    thumbnail = parts.room_for([], 3)
    parts.write(main, camera, [(0x8769, inner), (0x8825, position)], following=thumbnail)
    parts.write(inner, details)
    parts.write(position, place)
    parts.write(thumbnail, [], [(0x0103, 6), (0x0201, parts.end), (0x0202, len(small))])
    return b"II*\0" + struct.pack("<I", 8) + bytes(parts.content) + small


class _Directory:
    """Directories of a TIFF block, one behind the other, each with its texts."""

    def __init__(self, start: int) -> None:
        self._start = start
        self.end = start
        self.content = bytearray()

    def room_for(self, texts: Iterable[tuple[int, str]], numbers: int = 0) -> int:
        """Reserves a directory; returns its offset."""
        offset = self.end
        self.end += sum(12 + _even(len(text) + 1) for _, text in texts) + 12 * numbers + 6
        self.content.extend(bytes(self.end - self._start - len(self.content)))
        return offset

    def write(
        self,
        offset: int,
        texts: list[tuple[int, str]],
        numbers: Iterable[tuple[int, int]] = (),
        *,
        following: int = 0,
    ) -> None:
        numbers = list(numbers)
        data_at = offset + 2 + 12 * (len(texts) + len(numbers)) + 4
        entries, data = [], b""
        for tag, text in texts:
            raw = text.encode() + b"\0"
            kind = _UNDEFINED if tag in {0x927C, 0x001B} else _ASCII
            value = raw.ljust(4, b"\0") if len(raw) <= 4 else struct.pack("<I", data_at + len(data))
            entries.append((tag, struct.pack("<HHI", tag, kind, len(raw)) + value))
            data += b"" if len(raw) <= 4 else raw.ljust(_even(len(raw)), b"\0")
        entries += [(tag, struct.pack("<HHII", tag, _LONG, 1, number)) for tag, number in numbers]
        whole = struct.pack("<H", len(entries)) + b"".join(entry for _, entry in sorted(entries))
        whole += struct.pack("<I", following) + data
        self.content[offset - self._start : offset - self._start + len(whole)] = whole


def _even(size: int) -> int:
    return size + size % 2


def _counted(text: str) -> bytes:
    return struct.pack(">H", len(text)) + text.encode()


def png_chunks(content: bytes) -> list[bytes]:
    """Kinds of chunks of a PNG, in order; each must be whole."""
    kinds, position = [], 8
    while position < len(content):
        size, kind = struct.unpack(">I4s", content[position : position + 8])
        body = content[position + 4 : position + 8 + size]
        assert struct.unpack(">I", content[position + 8 + size : position + 12 + size])[0] == zlib.crc32(body)
        kinds.append(kind)
        position += 12 + size
    return kinds
