"""Small files with a real face, and contexts that keep what they are told."""

from pathlib import Path

import pytest
from scenes import Scene, moving_face
from unusual_media import ClipForm, write_clip


@pytest.fixture(scope="session")
def scene(pictures: dict[str, Path]) -> Scene:
    return moving_face(pictures["zidane"], frames=48)


@pytest.fixture
def photo(scene: Scene, tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    scene.image().save(path)
    return path


@pytest.fixture
def clip(scene: Scene, tmp_path: Path) -> Path:
    path = tmp_path / "clip.mp4"
    write_clip(path, scene.pictures, ClipForm(rate=24, sound=("fra",), options={"g": "12"}))
    return path
