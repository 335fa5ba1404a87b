"""Draws the program's icon, which is one SVG file, in the sizes and formats that systems ask for.

python packaging/icons.py FOLDER: PNG files of each size, pyroblur.ico for Windows, pyroblur.icns for macOS.
"""

import io
import os
import sys
from pathlib import Path

from PIL import Image

REPOSITORY = Path(__file__).resolve().parents[1]
SVG = REPOSITORY / "resources" / "icons" / "pyroblur.svg"
SIZES = (16, 22, 24, 32, 48, 64, 96, 128, 256, 512)
ICO_SIZES = (16, 24, 32, 48, 64, 128, 256)


def draw(size: int) -> bytes:
    """PNG, size x size pixels, with a clear background."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import QBuffer, QIODevice, QSize
    from PySide6.QtGui import QGuiApplication, QImageReader

    _ = QGuiApplication.instance() or QGuiApplication([])
    reader = QImageReader(str(SVG))
    reader.setScaledSize(QSize(size, size))
    image = reader.read()
    if image.isNull():
        message = f"{SVG} cannot be drawn: {reader.errorString()}"
        raise ValueError(message)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return bytes(buffer.data().data())


def write(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    drawn = {size: draw(size) for size in (*SIZES, 1024)}
    for size in SIZES:
        (folder / f"pyroblur-{size}.png").write_bytes(drawn[size])
    images = {size: Image.open(io.BytesIO(data)) for size, data in drawn.items()}
    others = [images[size] for size in ICO_SIZES[:-1]]
    images[256].save(folder / "pyroblur.ico", sizes=[(size, size) for size in ICO_SIZES], append_images=others)
    images[1024].save(folder / "pyroblur.icns", append_images=[images[size] for size in (32, 64, 128, 256, 512)])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    write(Path(sys.argv[1]))
