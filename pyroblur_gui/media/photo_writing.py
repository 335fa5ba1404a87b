"""Writes pictures: the pixels, how they are to be shown, and nothing else unless it is asked for by name."""

import io
import struct
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any, Final, cast

import cv2
import numpy as np
import pillow_heif
from numpy.typing import NDArray
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from pyroblur_gui.core.errors import UnsupportedMediaError
from pyroblur_gui.media.failures import shown, write_failure
from pyroblur_gui.media.metadata import kept, kept_exif
from pyroblur_gui.media.photo import PageMode, Photo, PhotoPage, rgb_of_cmyk
from pyroblur_gui.media.photo_formats import can_write, format_of, suffixes_of

# Modes that a format holds at 8 bits, and those that it holds at 16.
_HOLDS: Final[dict[str, tuple[tuple[PageMode, ...], tuple[PageMode, ...]]]] = {
    "JPEG": (("L", "RGB", "CMYK"), ()),
    "PNG": (("L", "LA", "RGB", "RGBA"), ("L", "RGB", "RGBA")),
    "WEBP": (("RGB", "RGBA"), ()),
    "TIFF": (("L", "LA", "RGB", "RGBA", "CMYK"), ("L", "RGB", "RGBA")),
    "BMP": (("L", "RGB", "RGBA"), ()),
    "GIF": (("L", "RGB", "RGBA"), ()),
    "HEIF": (("L", "LA", "RGB", "RGBA"), ("L", "LA", "RGB", "RGBA")),
    "AVIF": (("RGB", "RGBA"), ()),
}
_SEVERAL_PAGES: Final = frozenset({"PNG", "WEBP", "TIFF", "GIF", "HEIF", "AVIF"})
_LOSSLESS_TIFF: Final = frozenset({"tiff_lzw", "tiff_adobe_deflate", "tiff_deflate", "packbits", "raw", "lzma", "zstd"})
_ICC_TAG: Final = 34675
_LZW: Final = 5


def photo_suffix(photo: Photo) -> str:
    """Ending of the file that the output becomes: the source's own where it fits the content and can be written."""
    endings = suffixes_of(photo.format) if can_write(photo.format) else ()
    own = photo.path.suffix.lower()
    if endings:
        return own if own in endings else endings[0]
    if photo.format == "HEIF" and len(photo.pages) == 1:
        return ".jpg"
    needs_tiff = len(photo.pages) > 1 or any(page.mode == "CMYK" for page in photo.pages)
    return ".tif" if needs_tiff else ".png"


def write_photo(
    photo: Photo,
    path: Path,
    *,
    format: str | None = None,  # noqa: A002  # Pillow's word for it
    quality: int = 95,
    keep_metadata: Collection[str] = (),
) -> tuple[str, ...]:
    """Writes to `path` (a temporary name: `format`, "PNG" or ".png", says what it becomes). Returns what differs.

    Raises DiskFullError, OutputError, and UnsupportedMediaError where the format cannot hold the photo at all.
    """
    name = format_of(format or photo_suffix(photo))
    if not name:
        raise UnsupportedMediaError(
            f"Photos cannot be written as {format}.", hint="Name the output .jpg, .png, .webp, .tif or .bmp.", path=path
        )
    name = {"MPO": "JPEG", "DIB": "BMP"}.get(name, name)
    writing = _Writing(photo, name, quality=quality, keep_metadata=keep_metadata)
    try:
        data = writing.encoded()
    except UnsupportedMediaError:
        raise
    except (OSError, ValueError, SyntaxError, cv2.error, struct.error) as error:
        raise write_failure(path, error) from error
    try:
        path.write_bytes(data)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise write_failure(path, error) from error
    return tuple(writing.notes)


class _Writing:
    def __init__(self, photo: Photo, name: str, *, quality: int, keep_metadata: Collection[str]) -> None:
        self._photo = photo
        self._format = name
        self._quality = quality
        self._names = keep_metadata
        self._icc = photo.icc_profile
        self.notes: list[str] = []

    def encoded(self) -> bytes:
        """The whole file. In memory, because several of the libraries can do no other."""
        photo = self._photo
        if len(photo.pages) > 1 and self._format not in _SEVERAL_PAGES:
            raise UnsupportedMediaError(
                f"{shown(photo.path)} has {len(photo.pages)} pages, and a {self._format} file holds one.",
                hint="Name the output .tif for a document, .gif or .webp for an animation.", path=photo.path,
            )  # fmt: skip
        pages = [self._fitted(page) for page in photo.pages]
        if photo.format != self._format:
            self.notes.append(f"The picture is written as {self._format}, its source is {photo.format}.")
        if self._format == "HEIF":
            return self._heif(pages)
        if any(page.bits == 16 and page.mode != "L" for page in pages):
            return self._deep(pages)
        return self._pillow(pages)

    # -- what the format can hold

    def _fitted(self, page: PhotoPage) -> PhotoPage:
        shallow, deep = _HOLDS[self._format]
        pixels: NDArray[Any] = page.pixels
        mode = page.mode
        if page.bits == 16 and mode not in deep:
            if mode == "LA" and "RGBA" in deep:
                pixels, mode = np.ascontiguousarray(pixels[:, :, [0, 0, 0, 1]]), "RGBA"
            elif mode not in deep:
                pixels = (pixels >> 8).astype(np.uint8)
                self._note(f"{self._format} holds 8 bits a sample: the picture's 16 are reduced.")
        if pixels.dtype == np.uint8 and mode not in shallow:
            pixels, mode = self._converted(pixels, mode, shallow)
        return PhotoPage(pixels, mode, duration_ms=page.duration_ms)

    def _converted(
        self, pixels: NDArray[np.uint8], mode: PageMode, held: tuple[PageMode, ...]
    ) -> tuple[NDArray[np.uint8], PageMode]:
        if mode == "CMYK":
            self._note(f"{self._format} holds no printing inks: the picture is converted to RGB.")
            return self._rgb_of_inks(pixels), "RGB"
        if mode == "L":
            return np.repeat(pixels[:, :, None], 3, axis=2), "RGB"
        if mode == "LA" and "RGBA" in held:
            return np.ascontiguousarray(pixels[:, :, [0, 0, 0, 1]]), "RGBA"
        self._note(f"{self._format} holds no transparency: the picture is shown over white.")
        alpha = pixels[:, :, -1:].astype(np.uint16)
        over = (pixels[:, :, :-1] * alpha + 255 * (255 - alpha) + 127) // 255
        flat = over.astype(np.uint8)
        return (flat[:, :, 0], "L") if mode == "LA" else (flat, "RGB")

    def _rgb_of_inks(self, inks: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """By the picture's own profile where it has one: the profile of inks goes, sRGB needs none."""
        profile, self._icc = self._icc, None
        if profile:
            try:
                source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
                target = ImageCms.createProfile("sRGB")
                image = Image.fromarray(inks, "CMYK")
                converted = ImageCms.profileToProfile(image, source, target, outputMode="RGB")
                if converted is not None:
                    return np.array(converted)
            except (ImageCms.PyCMSError, OSError, ValueError):
                pass  # a damaged profile: the plain rule is used
        return rgb_of_cmyk(inks)

    def _note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    # -- encoders

    def _pillow(self, pages: Sequence[PhotoPage]) -> bytes:
        images = [_image_of(page) for page in pages]
        options: dict[str, Any] = {"format": self._format, **self._options(pages)}
        if len(images) > 1:
            options |= {"save_all": True, "append_images": images[1:]}
        if self._icc and self._format != "GIF":
            options["icc_profile"] = self._icc
        exif = kept_exif(self._photo.exif, self._names)
        if exif is not None and self._format not in {"GIF", "BMP"}:
            options["exif"] = exif
        if self._photo.details.dpi and self._format in {"JPEG", "PNG", "TIFF", "BMP"}:
            options["dpi"] = self._photo.details.dpi
        buffer = io.BytesIO()
        images[0].save(buffer, **options)
        return buffer.getvalue()

    def _options(self, pages: Sequence[PhotoPage]) -> dict[str, Any]:
        moving = self._moving(pages)
        makers: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "JPEG": self._jpeg, "PNG": self._png, "WEBP": self._webp, "TIFF": self._tiff, "GIF": self._gif,
            "AVIF": lambda moving: {"quality": self._quality, **moving},
        }  # fmt: skip
        maker = makers.get(self._format)
        return maker(moving) if maker is not None else {}

    def _moving(self, pages: Sequence[PhotoPage]) -> dict[str, Any]:
        """How an animation runs; empty for a single page."""
        if len(pages) == 1:
            return {}
        loop = self._photo.details.loop
        return {"duration": [round(page.duration_ms) for page in pages], **({} if loop is None else {"loop": loop})}

    def _jpeg(self, _moving: dict[str, Any]) -> dict[str, Any]:
        details = self._photo.details
        subsampling = details.jpeg_subsampling if self._photo.format == "JPEG" else "4:4:4"
        return {"quality": self._quality, "progressive": details.is_progressive, "subsampling": subsampling}

    def _png(self, moving: dict[str, Any]) -> dict[str, Any]:
        texts = PngInfo()
        for name, text in kept(self._photo.texts, self._names).items():
            texts.add_text(name, text)
        if moving:
            moving["default_image"] = self._photo.details.has_default_image
        return {"pnginfo": texts, **moving}

    def _webp(self, moving: dict[str, Any]) -> dict[str, Any]:
        lossless = self._photo.details.is_lossless or self._photo.format in {"PNG", "TIFF", "BMP", "GIF"}
        return {"lossless": lossless, "quality": self._quality, **moving}

    def _tiff(self, _moving: dict[str, Any]) -> dict[str, Any]:
        known = self._photo.details.tiff_compression
        return {"compression": known if known in _LOSSLESS_TIFF else "tiff_adobe_deflate"}

    def _gif(self, moving: dict[str, Any]) -> dict[str, Any]:
        self._note("GIF holds 256 colours a frame: colours are rounded to them.")
        return {**moving, "disposal": 2, "optimize": False} if moving else {}

    def _deep(self, pages: Sequence[PhotoPage]) -> bytes:
        """16-bit colour, which Pillow does not write."""
        arrays = [_bgr(page.pixels) for page in pages]
        if self._format == "PNG":
            if len(arrays) > 1:
                raise UnsupportedMediaError("A PNG file holds one 16-bit page.", hint="Name the output .tif.")
            self._say_dropped_names()
            kinds = [cv2.IMAGE_METADATA_ICCP] if self._icc else []
            parts = [np.frombuffer(self._icc, np.uint8)] if self._icc else []
            done, data = cv2.imencodeWithMetadata(".png", arrays[0], kinds, parts)
        else:
            self._say_dropped_names()
            done, data = cv2.imencodemulti(".tiff", arrays, [cv2.IMWRITE_TIFF_COMPRESSION, _LZW])
        if not done:
            raise OSError("the picture could not be encoded")
        encoded = bytes(data)
        return with_tiff_profile(encoded, self._icc) if self._icc and self._format == "TIFF" else encoded

    def _say_dropped_names(self) -> None:
        if kept_exif(self._photo.exif, self._names) is not None:
            self._note("Metadata cannot be written into 16-bit colour pictures: none is kept.")

    def _heif(self, pages: Sequence[PhotoPage]) -> bytes:
        file = pillow_heif.HeifFile()  # type: ignore[no-untyped-call]
        for page in pages:
            mode = f"{page.mode};16" if page.bits == 16 else page.mode
            file.add_frombytes(mode, (page.width, page.height), page.pixels.tobytes())
        numbers = self._photo.details.colour_profile
        options: dict[str, Any] = {
            name: numbers[name]
            for name in ("color_primaries", "transfer_characteristics", "matrix_coefficients", "full_range_flag")
            if name in numbers and not self._icc
        }
        exif = kept_exif(self._photo.exif, self._names)
        for image in file:
            info = cast("dict[str, Any]", image.info)
            if self._icc:
                info |= {"icc_profile": self._icc, "icc_profile_type": "prof"}
        buffer = io.BytesIO()
        file.save(
            buffer, quality=self._quality, chroma=444 if self._quality >= 90 else 420, primary_index=0,
            exif=exif.tobytes() if exif is not None else None, **options,
        )  # fmt: skip
        return buffer.getvalue()


def _image_of(page: PhotoPage) -> Image.Image:
    if page.bits == 16:
        return Image.fromarray(page.pixels.astype(np.uint16))  # mode I;16
    return Image.fromarray(page.pixels, page.mode)


def _bgr(pixels: NDArray[Any]) -> NDArray[Any]:
    if pixels.ndim == 2:
        return pixels
    code = cv2.COLOR_RGBA2BGRA if pixels.shape[2] == 4 else cv2.COLOR_RGB2BGR
    return cast("NDArray[Any]", cv2.cvtColor(pixels, code))


def with_tiff_profile(data: bytes, profile: bytes) -> bytes:
    """A TIFF file with a colour profile in its first page: OpenCV writes 16-bit colour, but no profile.

    The first directory is written again, with one entry more, behind the file's end; TIFF allows that.
    """
    order = "<" if data[:2] == b"II" else ">"
    (first,) = struct.unpack_from(f"{order}I", data, 4)
    (count,) = struct.unpack_from(f"{order}H", data, first)
    entries = [data[first + 2 + 12 * number : first + 14 + 12 * number] for number in range(count)]
    following = data[first + 2 + 12 * count : first + 6 + 12 * count]
    padded = data + b"\0" * (len(data) % 2)
    entries.append(struct.pack(f"{order}HHII", _ICC_TAG, 7, len(profile), len(padded)))
    entries.sort(key=lambda entry: struct.unpack_from(f"{order}H", entry)[0])
    body = padded + profile + b"\0" * (len(profile) % 2)
    directory = struct.pack(f"{order}H", count + 1) + b"".join(entries) + following
    return body[:4] + struct.pack(f"{order}I", len(body)) + body[8:] + directory
