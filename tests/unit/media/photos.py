"""Small photos for tests, and the way from a read photo to a written one."""

from pathlib import Path

import numpy as np
from clips import moving_picture
from PIL import Image

from pyroblur_gui.media.images import Photo, photo_suffix, read_photo, write_photo

WIDTH, HEIGHT = 160, 96


def sample_photo() -> Image.Image:
    return Image.fromarray(np.ascontiguousarray(moving_picture(WIDTH, HEIGHT, 0)[:, :, ::-1]))


def saved(path: Path, image: Image.Image, **more: object) -> Path:
    image.save(path, **more)
    return path


def written_again(photo: Photo, tmp_path: Path, **more: object) -> tuple[Photo, tuple[str, ...]]:
    """Written as rendering does, under a temporary name, and read again under the final one."""
    temporary = tmp_path / f".{photo.path.stem}.part"
    notes = write_photo(photo, temporary, **more)  # type: ignore[arg-type]
    final = temporary.rename(tmp_path / f"{photo.path.stem}_blurred{more.get('format') or photo_suffix(photo)}")
    return read_photo(final), notes
