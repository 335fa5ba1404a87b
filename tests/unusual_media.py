"""Photos and clips that are valid and not what one expects: every one has a face that must end up covered."""

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av
import cv2
import numpy as np
import pillow_heif
from bad_files import sound_frames
from numpy.typing import NDArray
from PIL import Image, ImageOps
from scenes import Box, Scene, shifted

Pixels = NDArray[np.uint8]
UPSIDE = {3: Image.Transpose.ROTATE_180, 5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90}  # EXIF: undone
WIDE = (16_384, 240)


@dataclass(frozen=True, slots=True)
class Unusual:
    """A file and the faces in it: for each page or frame, boxes in the upright picture."""

    path: Path
    faces: tuple[tuple[Box, ...], ...]


@dataclass(frozen=True, slots=True)
class ClipForm:
    """How a test's clip is stored. `rotation`: degrees counter-clockwise that a player turns it by."""

    codec: str = "libx264"
    pixel_format: str = "yuv420p"
    rotation: int = 0
    mirrored: bool = False
    rate: int = 25
    ticks: Sequence[int] | None = None  # when each frame is shown, in thousandths of a second; None: evenly
    sound: Sequence[str] = ()  # a track of AAC for each language
    options: Mapping[str, str] = field(default_factory=dict)  # of the encoder
    container_options: Mapping[str, str] = field(default_factory=dict)
    container: str | None = None  # FFmpeg's name; None: by the suffix


def write_clip(path: Path, pictures: Sequence[Pixels], form: ClipForm = ClipForm()) -> None:
    """Encodes upright pictures; with a rotation they are stored turned, as a phone does."""
    with av.open(path, "w", format=form.container, options=dict(form.container_options)) as container:
        video = cast("av.VideoStream", container.add_stream(form.codec, rate=form.rate, options=dict(form.options)))
        stored = [_as_stored(picture, form) for picture in pictures]
        video.height, video.width = stored[0].shape[:2]
        video.pix_fmt = form.pixel_format
        if form.ticks is not None:
            video.codec_context.time_base = Fraction(1, 1000)
        if form.rotation or form.mirrored:
            video.set_display_rotation(form.rotation, hflip=form.mirrored)
        tracks = []
        for language in form.sound:
            track = container.add_stream("aac", rate=48000, layout="mono")
            track.metadata["language"] = language
            tracks.append(track)
        for number, pixels in enumerate(stored):
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            if form.ticks is not None:
                frame.pts, frame.time_base = form.ticks[number], Fraction(1, 1000)
            container.mux(video.encode(frame.reformat(format=form.pixel_format)))
        container.mux(video.encode())
        for number, track in enumerate(tracks):
            for samples in sound_frames(len(stored) / form.rate, pitch_hz=300.0 * (number + 1)):
                container.mux(track.encode(samples))
            container.mux(track.encode())


def make_pictures(folder: Path, scene: Scene) -> dict[str, Unusual]:
    """Pictures with one page, of the scene's first, by name."""
    makers: dict[str, Callable[[Path, Scene], None]] = {
        "grey.jpg": lambda path, scene: scene.image().convert("L").save(path, quality=92),
        "grey and clear.png": lambda path, scene: scene.image().convert("LA").save(path),
        "inks.jpg": lambda path, scene: scene.image().convert("CMYK").save(path, quality=92),
        "inks.tif": lambda path, scene: scene.image().convert("CMYK").save(path),
        "16 bits.png": _sixteen_bits,
        "16 bits.tif": _sixteen_bits,
        "16 bits grey.png": _sixteen_bits_grey,
        "16 bits grey.tif": _sixteen_bits_grey,
        "palette.png": lambda path, scene: scene.image().quantize(200).save(path, transparency=0),
        "half clear.png": _half_clear,
        "progressive.jpg": lambda path, scene: scene.image().save(path, progressive=True, quality=92),
        "full colour.jpg": lambda path, scene: scene.image().save(path, subsampling=0, quality=92),
        "lossless.webp": lambda path, scene: scene.image().save(path, lossless=True),
        "plain.bmp": lambda path, scene: scene.image().save(path),
        "phone.heic": lambda path, scene: pillow_heif.from_pillow(scene.image()).save(path, quality=90),
        "turned.jpg": _turned(6),
        "turned and mirrored.jpg": _turned(5),
        "upside down.png": _turned(3),
        "a PNG.jpg": lambda path, scene: scene.image().save(path, format="PNG"),
        "a JPEG.png": lambda path, scene: scene.image().save(path, format="JPEG", quality=92),
        "a HEIC.jpg": _named_otherwise("HEIF"),
        "a WebP.jpg": lambda path, scene: scene.image().save(path, format="WEBP", lossless=True),
        "a JPEG.mp4": lambda path, scene: scene.image().save(path, format="JPEG", quality=92),
        "turned.png": _turned(6),
        "turned.webp": _turned(6),
        "face under clear pixels.png": _clear,
        "12 of 16 bits.tif": _twelve_bits,
        "LOUD.JPG": lambda path, scene: scene.image().save(path, format="JPEG", quality=92),
    }
    found = {}
    for name, make in makers.items():
        make(folder / name, scene)
        found[name] = Unusual(folder / name, (scene.faces[:1],))
    return found


def make_odd_sizes(folder: Path, odd: Scene, scene: Scene) -> dict[str, Unusual]:
    """An odd number of pixels, one pixel, a line of them, dots for greys, and a panorama with a face at each end."""
    names = ("odd.jpg", "dot.png", "dot.jpg", "line.png", "column.jpg", "two colours.png", "wide.jpg")
    made = {name: folder / name for name in names}
    Image.linear_gradient("L").convert("1").save(made["two colours.png"])
    odd.image().save(made["odd.jpg"], quality=92)
    Image.new("RGB", (1, 1), (200, 10, 90)).save(made["dot.png"])
    Image.new("RGB", (1, 1), (200, 10, 90)).save(made["dot.jpg"], quality=92)
    Image.linear_gradient("L").resize((300, 1)).save(made["line.png"])
    Image.linear_gradient("L").resize((1, 300)).save(made["column.jpg"], quality=92)
    panorama = Image.new("RGB", WIDE, (96, 110, 120))
    ends = (0, WIDE[0] - scene.image().width)
    for left in ends:
        panorama.paste(scene.image(), (left, 0))
    panorama.save(made["wide.jpg"], quality=92)
    faces = {"odd.jpg": odd.faces[:1], "wide.jpg": tuple(shifted(scene.faces[:1], left, 0)[0] for left in ends)}
    return {name: Unusual(path, (faces.get(name, ()),)) for name, path in made.items()}


def make_animations(folder: Path, scene: Scene) -> dict[str, Unusual]:
    """Pictures with several pages, each of which shows the face."""
    images = [Image.fromarray(pixels) for pixels in scene.pictures]
    moving: dict[str, Any] = {"save_all": True, "append_images": images[1:], "duration": 120, "loop": 0}
    made = {
        name: folder / name
        for name in ("moving.gif", "moving.webp", "moving.png", "scan.tif", "a GIF.jpg", "burst.heic")
    }
    images[0].save(made["moving.gif"], **moving)
    images[0].save(made["moving.webp"], lossless=True, **moving)
    images[0].save(made["moving.png"], **moving)
    images[0].save(made["scan.tif"], save_all=True, append_images=images[1:])
    images[0].save(made["a GIF.jpg"], format="GIF", **moving)
    burst = pillow_heif.from_pillow(images[0])
    for image in images[1:]:
        burst.add_from_pillow(image)
    burst.save(made["burst.heic"], quality=90)
    return {name: Unusual(path, tuple((face,) for face in scene.faces)) for name, path in made.items()}


def make_picture_with_another(path: Path, scene: Scene) -> None:
    """A JPEG of many phones and stereo cameras: a second picture behind the first, listed in it (MPO)."""
    images = [Image.fromarray(pixels) for pixels in scene.pictures[:2]]
    images[0].save(path, format="MPO", save_all=True, append_images=images[1:])


def make_clips(folder: Path, scene: Scene, odd: Scene) -> dict[str, Unusual]:
    """Clips that decode from their first frame to their last."""
    uneven = [number * 40 + (number % 3) * 11 for number in range(len(scene.pictures))]
    forms: dict[str, tuple[Scene, ClipForm]] = {
        "odd.mkv": (odd, ClipForm(codec="ffv1")),
        "odd.webm": (odd, ClipForm(codec="libvpx-vp9", options={"cpu-used": "8", "deadline": "realtime"})),
        "grey.mkv": (scene, ClipForm(codec="ffv1", pixel_format="gray")),
        "stored as RGB.mkv": (scene, ClipForm(codec="ffv1", pixel_format="bgr0")),
        "ten bits.mkv": (scene, ClipForm(codec="ffv1", pixel_format="yuv420p10le")),
        "single pictures.avi": (scene, ClipForm(codec="mjpeg", pixel_format="yuvj420p", options={"q": "3"})),
        "turned.mp4": (scene, ClipForm(rotation=90)),
        "turned the other way.mov": (scene, ClipForm(rotation=-90)),
        "upside down.mp4": (scene, ClipForm(rotation=180)),
        "uneven.mkv": (scene, ClipForm(ticks=uneven)),
        "an MP4.mkv": (scene, ClipForm(container="mp4")),
        "a Matroska.mp4": (scene, ClipForm(container="matroska")),
        "an MP4.jpg": (scene, ClipForm(container="mp4")),
        "bare stream.mp4": (scene, ClipForm(container="h264")),
        "broadcast.ts": (scene, ClipForm(sound=("eng",))),
    }
    found = {}
    for name, (shown, form) in forms.items():
        write_clip(folder / name, shown.pictures, form)
        found[name] = Unusual(folder / name, tuple((face,) for face in shown.faces))
    first = Scene(scene.pictures[:1], scene.faces[:1])
    write_clip(folder / "one frame.mp4", first.pictures)
    found["one frame.mp4"] = Unusual(folder / "one frame.mp4", (first.faces,))
    dots = [np.full((1, 1, 3), 20 * number, np.uint8) for number in range(5)]
    write_clip(folder / "dot.mkv", dots, ClipForm(codec="ffv1", pixel_format="yuv444p"))
    found["dot.mkv"] = Unusual(folder / "dot.mkv", ((),) * len(dots))
    return found


def make_cut_clips(folder: Path, scene: Scene) -> dict[str, Unusual]:
    """Clips whose end is missing: the recording broke off, or the copy did."""
    every_tenth = {"g": "10", "preset": "ultrafast"}
    forms = {
        "cut.mkv": ClipForm(options=every_tenth),
        "cut.ts": ClipForm(options=every_tenth),
        "cut.avi": ClipForm(codec="mjpeg", pixel_format="yuvj420p"),
        "cut.webm": ClipForm(codec="libvpx-vp9", options={"cpu-used": "8", "deadline": "realtime", "g": "10"}),
        "cut, index first.mp4": ClipForm(options=every_tenth, container_options={"movflags": "faststart"}),
        "cut, in fragments.mp4": ClipForm(
            options=every_tenth, container_options={"movflags": "frag_keyframe+empty_moov"}
        ),
    }
    found = {}
    for name, form in forms.items():
        path = folder / name
        write_clip(path, scene.pictures, form)
        content = path.read_bytes()
        path.write_bytes(content[: int(len(content) * 0.6)])
        found[name] = Unusual(path, tuple((face,) for face in scene.faces))
    return found


def make_cut_picture(path: Path, scene: Scene) -> Unusual:
    """A JPEG whose lowest third was never copied."""
    scene.image().save(path, quality=92)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * 0.8)])
    return Unusual(path, (scene.faces[:1],))


def make_damaged_clip(path: Path, scene: Scene) -> Unusual:
    """Zeros in the middle, as a bad sector leaves them."""
    write_clip(path, scene.pictures, ClipForm(options={"g": "10", "preset": "ultrafast"}))
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 1500] = bytes(1500)
    path.write_bytes(content)
    return Unusual(path, tuple((face,) for face in scene.faces))


def make_clip_that_changes_size(path: Path, scene: Scene, larger: Scene) -> None:
    """Two recordings in one MPEG transport stream, as a television recorder writes them."""
    parts: list[bytes] = []
    for shown in (scene, larger):
        part = path.with_name(f"part-{len(parts)}.ts")
        write_clip(part, shown.pictures)
        parts.append(part.read_bytes())
        part.unlink()
    path.write_bytes(b"".join(parts))


def make_clip_with_two_pictures(path: Path, scene: Scene) -> None:
    """Two video streams, e.g. a dash-cam's front and rear camera; the second shows the face as well."""
    with av.open(path, "w") as container:
        streams = [container.add_stream("libx264", rate=25, options={"preset": "ultrafast"}) for _ in range(2)]
        for stream in streams:
            stream.height, stream.width = scene.pictures[0].shape[:2]
            stream.pix_fmt = "yuv420p"
        for pixels in scene.pictures:
            for stream in streams:
                container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        for stream in streams:
            container.mux(stream.encode())


def _as_stored(picture: Pixels, form: ClipForm) -> Pixels:
    upright = np.fliplr(picture) if form.mirrored else picture
    return np.ascontiguousarray(np.rot90(upright, -(form.rotation // 90) % 4))


def _sixteen_bits(path: Path, scene: Scene) -> None:
    wide = scene.pictures[0][..., ::-1].astype(np.uint16) * 257
    assert cv2.imwrite(str(path), wide)


def _sixteen_bits_grey(path: Path, scene: Scene) -> None:
    wide = np.asarray(scene.image().convert("L")).astype(np.uint16) * 257
    assert cv2.imwrite(str(path), wide)


def _twelve_bits(path: Path, scene: Scene) -> None:
    """What many cameras' developers write: viewers show it dark, and any program makes it bright again."""
    dark = np.asarray(scene.image().convert("L")).astype(np.uint16) * 16
    assert cv2.imwrite(str(path), dark)


def _clear(path: Path, scene: Scene) -> None:
    """Nothing is to be seen until somebody takes the transparency away."""
    image = scene.image().convert("RGBA")
    image.putalpha(0)
    image.save(path)


def _half_clear(path: Path, scene: Scene) -> None:
    image = scene.image().convert("RGBA")
    image.putalpha(Image.linear_gradient("L").resize(image.size).point(lambda value: 100 + value // 2))
    image.save(path)


def _turned(orientation: int) -> Callable[[Path, Scene], None]:
    def make(path: Path, scene: Scene) -> None:
        upright = scene.image()
        exif = Image.Exif()
        exif[0x0112] = orientation
        stored = upright.transpose(UPSIDE[orientation])
        stored.save(path, exif=exif, quality=92)
        with Image.open(path) as written:
            assert ImageOps.exif_transpose(written).size == upright.size

    return make


def _named_otherwise(kind: str) -> Callable[[Path, Scene], None]:
    def make(path: Path, scene: Scene) -> None:
        content = io.BytesIO()
        pillow_heif.register_heif_opener()
        scene.image().save(content, format=kind, quality=90)
        path.write_bytes(content.getvalue())

    return make
