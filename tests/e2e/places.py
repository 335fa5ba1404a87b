"""A folder with one good photo and one good clip, and a door to use them through: where most commands' tests begin."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from door import Answer, Door
from scenes import Scene
from unusual_media import ClipForm, write_clip

QUICK = ("--model", "fast", "--verify", "off", "--json")


@dataclass(frozen=True)
class Place:
    """`out` is not there yet: commands make it."""

    door: Door
    scene: Scene
    folder: Path
    out: Path
    photo: Path
    clip: Path

    def blur(self, *arguments: str | Path, wrapper: Sequence[str] = ()) -> Answer:
        return self.door.run("blur", *arguments, *QUICK, wrapper=wrapper)


def make_place(root: Path, scene: Scene, *, sound: Sequence[str] = ()) -> Place:
    """sound: languages of the clip's audio tracks."""
    folder = root / "sources"
    folder.mkdir()
    photo, clip = folder / "photo.png", folder / "clip.mp4"
    scene.image().save(photo)
    write_clip(clip, scene.pictures, ClipForm(sound=sound))
    return Place(Door(root / "door"), scene, folder, root / "out", photo, clip)


def files(folder: Path) -> set[str]:
    """Paths of the files in a folder and below, relative to it."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}
