"""What must not leave the machine or stay on it: metadata, thumbnails, copies of the source, words to anyone.

`tests/planted.py` makes files with a secret in every place that holds one; here they go through the real command line.
"""

import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

import av
import pillow_heif
import pytest
from av.stream import Disposition
from door import Answer, Door, Snapshot
from PIL import ExifTags, Image
from places import QUICK
from planted import CREATED, MARK, PLACE, TAKEN, plant_clips, plant_pictures, png_chunks, secret
from scenes import Scene, moving_face
from seeing import assert_covered, frames, likeness, pages

PICTURES = ["p.jpg", "p.png", "p.webp", "p.tif", "p.gif", "p.heic", "p.bmp"]
CLIPS = ["p.mp4", "p.mov", "p.mkv"]
CLIENT = "the client's name"  # part of every source's path, and of no report and no log

# What a container says of itself, whatever it was made from.
OF_THE_CONTAINER = {"major_brand", "minor_version", "compatible_brands", "encoder"}
OF_A_STREAM = {"language", "handler_name", "vendor_id", "encoder", "duration", "bps", "number_of_frames"}
OF_A_PNG = {b"IHDR", b"PLTE", b"tRNS", b"sRGB", b"gAMA", b"cHRM", b"iCCP", b"sBIT", b"pHYs", b"IDAT", b"IEND"}
OF_A_PICTURE = {  # EXIF and TIFF tags without which it would not be shown as it was
    "ImageWidth", "ImageLength", "BitsPerSample", "Compression", "PhotometricInterpretation", "StripOffsets",
    "SamplesPerPixel", "RowsPerStrip", "StripByteCounts", "PlanarConfiguration", "Orientation", "XResolution",
    "YResolution", "ResolutionUnit", "ColorSpace", "Predictor", "SampleFormat", "NewSubfileType",
}  # fmt: skip

WATCH = """
import os, sys
_log = os.open(os.environ["WATCH_LOG"], os.O_APPEND | os.O_CREAT | os.O_WRONLY)
os.write(_log, f"began {sys.orig_argv}\\n".encode("utf-8", "backslashreplace"))
_TALK = {"socket." + verb for verb in ("connect", "getaddrinfo", "gethostbyname", "sendto", "sendmsg", "bind")}
def _hear(event, arguments):
    if event in _TALK:
        family = getattr(arguments[0], "family", None)
        if family is None or family.name != "AF_UNIX":
            os.write(_log, f"{event} {arguments!r}\\n".encode("utf-8", "backslashreplace"))
sys.addaudithook(_hear)
"""


@dataclass(frozen=True)
class Batch:
    """Every planted file in one command, with a report, and every Python process of it watched."""

    answer: Answer
    door: Door
    sources: Path
    before: Snapshot
    out: Path
    heard: list[str]
    scene: Scene


@pytest.fixture(scope="module", autouse=True)
def _heic() -> None:
    pillow_heif.register_heif_opener()


@pytest.fixture(scope="module")
def scene(pictures: dict[str, Path]) -> Scene:
    return moving_face(pictures["zidane"], frames=20)


@pytest.fixture(scope="module")
def batch(scene: Scene, tmp_path_factory: pytest.TempPathFactory) -> Batch:
    root = tmp_path_factory.mktemp("privacy")
    sources, out, watch = root / CLIENT, root / "out", root / "watch"
    sources.mkdir()
    watch.mkdir()
    (watch / "sitecustomize.py").write_text(textwrap.dedent(WATCH))
    files = plant_pictures(sources, scene) | plant_clips(sources, scene)
    broken = sources / "broken.mp4"
    broken.write_bytes(secret("broken").encode() * 100)
    before, door = Snapshot.of(sources), Door(root / "door")
    answer = door.run(
        "blur",
        *files.values(),
        broken,
        *("-o", str(out), "--model", "fast", "--report", "--json"),
        environment={"PYTHONPATH": str(watch), "WATCH_LOG": str(root / "watch.log")},
    )
    heard = (root / "watch.log").read_text().splitlines()
    return Batch(answer, door, sources, before, out, heard, scene)


@pytest.mark.parametrize("name", [*PICTURES, *CLIPS])
def test_nothing_planted_is_in_the_output(batch: Batch, name: str) -> None:
    content = batch.answer.output(batch.sources / name).read_bytes()
    for form in (MARK.encode(), MARK.encode("utf-16-le"), MARK.encode("utf-16-be"), b"48.857", TAKEN.encode()):
        at = content.find(form)
        assert at < 0, content[max(0, at - 40) : at + 60]
    assert CLIENT.encode() not in content


@pytest.mark.parametrize("name", [*PICTURES, *CLIPS])
def test_every_picture_in_the_output_is_covered(batch: Batch, name: str) -> None:
    path, output = batch.sources / name, batch.answer.output(batch.sources / name)
    if name in CLIPS:
        before, after = ([shown.pixels for shown in frames(file)] for file in (path, output))
        assert_covered(before, after, [[face] for face in batch.scene.faces])
        return
    small = tuple(value // 2 for value in batch.scene.face)
    assert_covered(
        pages(path), pages(output), [[batch.scene.face], [(small[0], small[1], small[2], small[3])]][: len(pages(path))]
    )


@pytest.mark.parametrize("name", PICTURES)
def test_a_photo_carries_no_metadata(batch: Batch, name: str) -> None:
    with Image.open(batch.answer.output(batch.sources / name)) as picture:
        exif = picture.getexif()
        names = {ExifTags.TAGS.get(tag, str(tag)) for tag in exif}
        assert names <= OF_A_PICTURE, names
        for directory in (ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo, ExifTags.IFD.IFD1):
            inner = {ExifTags.TAGS.get(tag, str(tag)) for tag in exif.get_ifd(directory)}
            assert inner <= OF_A_PICTURE, inner
        left = {"xmp", "XML:com.adobe.xmp", "comment", "Comment", "photoshop", "Software"} & {
            key for key, value in picture.info.items() if value
        }
        assert not left
        assert not picture.info.get("thumbnails")


def test_a_photo_has_no_thumbnail_and_nothing_behind_its_end(batch: Batch) -> None:
    jpeg = batch.answer.output(batch.sources / "p.jpg").read_bytes()
    assert jpeg.count(b"\xff\xd8\xff") == 1, "a second JPEG lies in it"
    assert jpeg.endswith(b"\xff\xd9")
    png = batch.answer.output(batch.sources / "p.png").read_bytes()
    assert set(png_chunks(png)) <= OF_A_PNG


@pytest.mark.parametrize("name", CLIPS)
def test_a_clip_carries_streams_and_nothing_else(batch: Batch, name: str) -> None:
    with av.open(batch.answer.output(batch.sources / name)) as container:
        assert [stream.type for stream in container.streams] == ["video", "audio"]
        assert {key.lower() for key in container.metadata} <= OF_THE_CONTAINER, dict(container.metadata)
        for stream in container.streams:
            assert {key.lower() for key in stream.metadata} <= OF_A_STREAM, dict(stream.metadata)
            assert not stream.disposition & Disposition.attached_pic
        assert container.streams.audio[0].language == "fra"
        assert not any(chapter["metadata"] for chapter in container.chapters())


def test_dropped_streams_are_told(batch: Batch) -> None:
    told = json.dumps([batch.answer.of(batch.sources / "p.mp4")])
    assert re.search("gpmd|data|GPS", told)


# -- kept on request


def test_only_what_is_asked_for_by_name_stays(scene: Scene, tmp_path: Path) -> None:
    sources, out = tmp_path / "sources", tmp_path / "out"
    sources.mkdir()
    photo, clip = plant_pictures(sources, scene)["p.jpg"], plant_clips(sources, scene)["p.mkv"]
    for other in set(sources.iterdir()) - {photo, clip}:
        other.unlink()
    kept = "title,creation_time,DateTimeOriginal,ImageDescription"
    answer = Door(tmp_path / "door").run("blur", photo, clip, "-o", out, "--keep-metadata", kept, *QUICK)
    with av.open(answer.output(clip)) as container:
        assert container.metadata["title"] == secret("title")
        assert container.metadata["creation_time"] == CREATED
        assert {key.lower() for key in container.metadata} <= OF_THE_CONTAINER | {"title", "creation_time"}
    with Image.open(answer.output(photo)) as picture:
        exif = picture.getexif()
        details = exif.get_ifd(ExifTags.IFD.Exif)
        assert exif[ExifTags.Base.ImageDescription] == secret("EXIF description")
        assert details[ExifTags.Base.DateTimeOriginal] == TAKEN
        assert not exif.get_ifd(ExifTags.IFD.GPSInfo)
        assert not exif.get_ifd(ExifTags.IFD.IFD1)
    content = answer.output(photo).read_bytes()
    assert content.count(MARK.encode()) == 1
    assert content.count(b"\xff\xd8\xff") == 1
    for leak in ("serial number", "artist", "GPS", "maker note", "comment", "attachment", "handler"):
        assert secret(leak).encode() not in content + answer.output(clip).read_bytes(), leak


# -- what PyroBlur says and keeps


def test_events_carry_no_pixels(batch: Batch) -> None:
    for line in batch.answer.lines:
        text = json.dumps(line)
        assert len(text) < 20_000
        assert not re.search(r"[A-Za-z0-9+/]{300,}", text)
        assert line["type"] not in {"preview", "shared_image"}
    assert MARK not in batch.answer.out.replace(secret("broken"), "")


@pytest.mark.parametrize("name", [*PICTURES, *CLIPS])
def test_a_report_has_hashes_and_no_pixels_nor_folders(batch: Batch, name: str) -> None:
    output = batch.answer.output(batch.sources / name)
    html_path, json_path = (output.with_name(f"{output.stem}.report.{kind}") for kind in ("html", "json"))
    if not html_path.is_file():  # several results of one stem: the report's name tells the kinds apart
        html_path, json_path = (output.with_name(f"{output.name}.report.{kind}") for kind in ("html", "json"))
    html, text = html_path.read_text(), json_path.read_text()
    report = json.loads(text)
    assert report["source"]["name"] == name, "another file's report lies under this name"
    assert report["source"]["sha256"] == hashlib.sha256((batch.sources / name).read_bytes()).hexdigest()
    assert report["output"]["sha256"] == hashlib.sha256(output.read_bytes()).hexdigest()
    for page in (html, text):
        assert CLIENT not in page
        assert "the client" not in page
        assert str(batch.out) not in page
        assert MARK not in page
        assert PLACE not in page
        assert not re.search(r"[A-Za-z0-9+/]{300,}", page)
    assert not re.search(r"<(img|script|link|iframe|object|video)\b|data:\w+/|https?://(?!www\.w3\.org)", html)


def test_logs_name_no_folder_of_the_source(batch: Batch) -> None:
    logs = [path for path in batch.door.home.rglob("*.log*") if path.is_file()]
    assert logs
    for path in logs:
        text = path.read_text()
        assert CLIENT not in text, text
        assert MARK not in text.replace(secret("broken"), "")
        assert not re.search(r"[A-Za-z0-9+/]{300,}", text)
    assert CLIENT not in batch.answer.err


def test_pyroblurs_own_folders_keep_no_picture_of_the_source(batch: Batch) -> None:
    rows = [picture[60:200:20, 40:120].reshape(-1, 80 * 3) for picture in batch.scene.pictures[:3]]
    needles = [row.tobytes() for block in rows for row in block]
    assert not list((batch.door.home / "projects").rglob("*"))
    for path in (path for path in batch.door.home.rglob("*") if path.is_file()):
        content = path.read_bytes()
        assert not any(needle in content for needle in needles), path
        assert MARK.encode() not in content.replace(secret("broken").encode(), b""), path
        assert not _is_picture(content), path
        assert not _is_clip(path), path


def test_files_appear_where_they_were_asked_for_and_nowhere_else(batch: Batch) -> None:
    assert not batch.answer.litter
    assert Snapshot.of(batch.sources) == batch.before
    names = {Path(name) for name in Snapshot.of(batch.out).names()}
    outputs = {batch.answer.output(batch.sources / name).name for name in (*PICTURES, *CLIPS)}
    reports = {path.name for path in names} - outputs
    assert all(re.search(r"\.report\.(html|json)$", name) for name in reports), reports
    assert len(reports) == 2 * len(outputs)
    assert not batch.answer.strays


# -- no word to anyone


def test_neither_the_command_nor_its_worker_talks_to_the_network(batch: Batch) -> None:
    began = [line for line in batch.heard if line.startswith("began")]
    assert any("'blur'" in line for line in began)
    assert any("'worker'" in line for line in began), "the worker was not watched"
    assert [line for line in batch.heard if not line.startswith("began")] == []


def test_a_machine_without_a_network_covers_all_the_same(scene: Scene, tmp_path: Path) -> None:
    offline = ("unshare", "--net") if os.geteuid() == 0 else ("unshare", "--user", "--map-root-user", "--net")
    probe = [*offline, sys.executable, "-c", ""]
    if shutil.which("unshare") is None or subprocess.run(probe, capture_output=True, check=False).returncode != 0:
        pytest.skip("a command cannot be cut off from the network here (unshare --net is refused)")
    photo = tmp_path / "photo.png"
    scene.image().save(photo)
    answer = Door(tmp_path / "door").run("blur", photo, "-o", tmp_path / "out", *QUICK, wrapper=offline)
    assert likeness(pages(photo)[0], pages(answer.output(photo))[0], scene.face) < 0.35


def _is_picture(content: bytes) -> bool:
    try:
        with Image.open(io.BytesIO(content)):
            return True
    except (OSError, ValueError):
        return False


def _is_clip(path: Path) -> bool:
    try:
        with av.open(path) as container:
            return bool(container.streams.video)
    except (av.error.FFmpegError, ValueError):
        return False
