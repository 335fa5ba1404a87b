"""Files that cannot be covered, each real and made here: what every one of them must come to stands beside it."""

import contextlib
import os
import socket
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from PIL import Image

UNREADABLE = "unreadable_media"
UNSUPPORTED = "unsupported_media"
MISSING = "missing_file"

SECRET_KEY = "00112233445566778899aabbccddeeff"  # noqa: S105 - of a clip that is encrypted for a test
CLIP_SIZE = (160, 120)
NO_MEDIA = "cannot be decoded|format that is not read|not a photo"  # and not, say, that it were a list of files


@dataclass(frozen=True, slots=True)
class BadFile:
    """A file, the codes that its failure may have, and words (a pattern) of which its message must have one."""

    path: Path
    codes: frozenset[str]
    says: str = ""


def make_bad_files(folder: Path) -> dict[str, BadFile]:
    """Writes one of each into `folder`, which must be empty; by name."""
    makers: dict[str, tuple[Callable[[Path], None], set[str], str]] = {
        "empty.jpg": (_empty, {UNREADABLE}, "empty"),
        "empty.mp4": (_empty, {UNREADABLE}, "empty"),
        "noise.jpg": (_noise(b""), {UNREADABLE, UNSUPPORTED}, NO_MEDIA),
        "noise.mp4": (_noise(b""), {UNREADABLE, UNSUPPORTED}, ""),
        "noise behind a JPEG start.jpg": (_noise(b"\xff\xd8\xff\xe0\x00\x10JFIF\x00"), {UNREADABLE}, ""),
        "noise behind a PNG start.png": (_noise(b"\x89PNG\r\n\x1a\n"), {UNREADABLE, UNSUPPORTED}, ""),
        "noise behind an MP4 start.mp4": (_noise(b"\0\0\0\x18ftypisom\0\0\0\0isomiso2"), {UNREADABLE}, ""),
        "text.jpg": (_text, {UNREADABLE, UNSUPPORTED}, NO_MEDIA),
        "text.mp4": (_text, {UNREADABLE, UNSUPPORTED}, ""),
        "list of another clip.mp4": (_clip_list, {UNREADABLE, UNSUPPORTED}, ""),
        "list on a server.mp4": (_playlist, {UNREADABLE, UNSUPPORTED}, ""),
        "program in PostScript.jpg": (_postscript, {UNREADABLE, UNSUPPORTED}, NO_MEDIA),
        "locked archive.jpg": (_locked_archive, {UNREADABLE, UNSUPPORTED}, "password"),
        "locked document.jpg": (_locked_document, {UNREADABLE, UNSUPPORTED}, "document|password"),
        "locked.mp4": (_locked_clip, {UNREADABLE}, "encrypt|password|protected"),
        "sound.mp4": (_sound, {UNSUPPORTED}, "picture|video|sound"),
        "sound.mkv": (_sound, {UNSUPPORTED}, "picture|video|sound"),
        "sound with a cover.mp3": (_sound_with_cover, {UNSUPPORTED}, "picture|video|sound"),
        "without its index.mp4": (_clip_without_index, {UNREADABLE}, ""),
        "without frames.mkv": (_clip_without_frames, {UNREADABLE, UNSUPPORTED}, ""),
        "without pixels.png": (_picture_without_pixels, {UNREADABLE}, ""),
        "first bytes only.jpg": (_picture_start, {UNREADABLE}, ""),
        "3.6 gigapixels.png": (_bomb, {UNREADABLE, UNSUPPORTED}, ""),
    }
    files = {}
    for name, (make, codes, says) in makers.items():
        make(folder / name)
        files[name] = BadFile(folder / name, frozenset(codes), says)
    gone = folder / "link to nothing.jpg"
    gone.symlink_to(folder / "nothing.jpg")
    for path in (gone, folder / "nowhere.mp4"):
        files[path.name] = BadFile(path, frozenset({MISSING}))
    return files


def make_special_files(folder: Path) -> dict[str, BadFile]:
    """What is no file at all, under the names of clips; a careless reader would wait or read for ever."""
    zeros, pipe, server = folder / "endless.mp4", folder / "pipe.mp4", folder / "socket.mp4"
    zeros.symlink_to("/dev/zero")
    os.mkfifo(pipe)
    with contextlib.closing(socket.socket(socket.AF_UNIX)) as listener:
        listener.bind(os.path.relpath(server))  # a socket's whole path may have 107 bytes only
    refused = frozenset({UNREADABLE, UNSUPPORTED})
    return {path.name: BadFile(path, refused) for path in (zeros, pipe, server)}


def write_clip(path: Path, *, frames: int = 10, options: dict[str, str] | None = None) -> None:
    """A plain H.264 clip of moving grey, without a face."""
    with av.open(path, "w", options=options or {}) as container:
        stream = container.add_stream("libx264", rate=25, options={"preset": "ultrafast"})
        stream.width, stream.height = CLIP_SIZE
        stream.pix_fmt = "yuv420p"
        for number in range(frames):
            pixels = np.full((CLIP_SIZE[1], CLIP_SIZE[0], 3), (number * 16) % 256, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels)))
        container.mux(stream.encode())


def sound_frames(seconds: float, *, rate: int = 48000, pitch_hz: float = 440.0) -> Iterator[av.AudioFrame]:
    """A sine in frames of 1024 samples, mono, planar float."""
    samples = np.sin(2 * np.pi * pitch_hz * np.arange(int(seconds * rate)) / rate).astype(np.float32) * 0.5
    for start in range(0, len(samples) - 1023, 1024):
        frame = av.AudioFrame.from_ndarray(samples[None, start : start + 1024], format="fltp", layout="mono")
        frame.sample_rate, frame.pts = rate, start
        yield frame


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _noise(start: bytes) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        path.write_bytes(start + _random_bytes(zlib.crc32(path.name.encode()), 20_000))

    return make


def _text(path: Path) -> None:
    path.write_text("This is no picture, whatever its name says.\n" * 40)


def _clip_list(path: Path) -> None:
    """FFmpeg would open the clip that is named here, and PyroBlur would cover a file that nobody gave it."""
    write_clip(path.with_name("other.mp4"))
    path.write_text("ffconcat version 1.0\nfile other.mp4\n")


def _playlist(path: Path) -> None:
    path.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nhttp://127.0.0.1:9/part.ts\n#EXT-X-ENDLIST\n")


def _postscript(path: Path) -> None:
    """Pillow hands this to the program gs, if it is let."""
    path.write_text("%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 100 100\n%%EndComments\nshowpage\n%%EOF\n")


def _locked_archive(path: Path) -> None:
    """A ZIP with one encrypted entry (flag 1): what a mail program makes of photos with a password."""
    name, data = b"photo.jpg", _random_bytes(1, 5_000)
    entry = struct.pack("<HHHHHIIIHH", 20, 1, 0, 0, 0, 0, len(data), len(data) - 12, len(name), 0)
    local = b"PK\x03\x04" + entry + name + data
    head = struct.pack("<H", 20) + entry + struct.pack("<HHHII", 0, 0, 0, 0, 0)
    directory = b"PK\x01\x02" + head + name
    end = struct.pack("<HHHHIIH", 0, 0, 1, 1, len(directory), len(local), 0)
    path.write_bytes(local + directory + b"PK\x05\x06" + end)


def _locked_document(path: Path) -> None:
    path.write_bytes(
        b"%PDF-1.6\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
        b"3 0 obj<</Filter/Standard/V 4/R 4/Length 128/P -1/O(" + b"o" * 32 + b")/U(" + b"u" * 32 + b")>>endobj\n"
        b"trailer<</Root 1 0 R/Encrypt 3 0 R/Size 4>>\n%%EOF\n"
    )


def _locked_clip(path: Path) -> None:
    """Common Encryption: the container is plain, every sample is AES-128."""
    key = {"encryption_scheme": "cenc-aes-ctr", "encryption_key": SECRET_KEY, "encryption_kid": SECRET_KEY}
    write_clip(path, frames=25, options=key)


def _sound(path: Path) -> None:
    with av.open(path, "w") as container:
        stream = container.add_stream("aac", rate=48000, layout="mono")
        for frame in sound_frames(1.0):
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def _sound_with_cover(path: Path) -> None:
    """The cover is a video stream to FFmpeg; it is no clip."""
    with av.open(path, "w") as container:
        sound = container.add_stream("libmp3lame", rate=48000, layout="mono")
        cover = container.add_stream("mjpeg", rate=1)
        cover.width, cover.height, cover.pix_fmt = 64, 64, "yuvj420p"
        frame = av.VideoFrame.from_ndarray(np.full((64, 64, 3), 90, np.uint8)).reformat(format="yuvj420p")
        container.mux([*cover.encode(frame), *cover.encode()])
        for samples in sound_frames(1.0):
            container.mux(sound.encode(samples))
        container.mux(sound.encode())


def _clip_without_index(path: Path) -> None:
    """A recording that was never closed: MP4 keeps its index at the end, and without it nothing can be decoded."""
    write_clip(path, frames=25)
    content = path.read_bytes()
    path.write_bytes(content[: content.rindex(b"moov") - 4])


def _clip_without_frames(path: Path) -> None:
    write_clip(path)
    content = path.read_bytes()
    path.write_bytes(content[: content.index(b"\x1f\x43\xb6\x75")])  # up to the first cluster


def _picture_without_pixels(path: Path) -> None:
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", struct.pack(">IIBBBBB", 320, 240, 8, 2, 0, 0, 0)))


def _picture_start(path: Path) -> None:
    Image.new("RGB", (320, 240), (90, 120, 150)).save(path)
    path.write_bytes(path.read_bytes()[:200])


def _bomb(path: Path) -> None:
    """Small on the disk, more than the memory when it is opened."""
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0))
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + header + _chunk(b"IDAT", zlib.compress(bytes(1 << 20))) + _chunk(b"IEND", b"")
    )


def _random_bytes(seed: int, count: int) -> bytes:
    return np.random.default_rng(seed).bytes(count)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
