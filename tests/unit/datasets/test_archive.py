"""Archives: honest ones come out as they went in; damaged and hostile ones leave nothing."""

import bz2
import gzip
import io
import lzma
import os
import stat
import struct
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import listening
import pytest
from disks import small
from listening import Listener
from PIL import Image

from pyroblur_gui.core.errors import (
    ArchiveError,
    DiskFullError,
    JobCancelledError,
    MissingFileError,
    OutputError,
)
from pyroblur_gui.datasets import archive as archive_module
from pyroblur_gui.datasets.archive import Limits, extract
from pyroblur_gui.datasets.packed import is_archive

KINDS = ("zip", "tar", "tar.gz", "tar.bz2", "tar.xz")


def picture(number: int) -> bytes:
    file = io.BytesIO()
    Image.effect_noise((64, 48), 40 + number).save(file, "JPEG")
    return file.getvalue()


FILES = {f"set/images/{number}.jpg": picture(number) for number in range(6)} | {
    "set/labels/0.txt": b"0 0.5 0.5 0.1 0.1\n" * 5000,
    "set/data.yaml": b"names: [face]\n",
}


def pack(path: Path, files: dict[str, bytes], kind: str = "") -> Path:
    """kind: the ending; of the path's own unless told."""
    kind = kind or path.name.partition(".")[2]
    if kind == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in files.items():
                archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
        return path
    with tarfile.open(path, f"w:{kind.partition('.')[2]}") as archive:
        for name, data in files.items():
            add(archive, name, data)
    return path


def add(archive: tarfile.TarFile, name: str, data: bytes = b"", **facts) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(data)
    for key, value in facts.items():
        setattr(info, key, value)
    archive.addfile(info, io.BytesIO(data))


def files_in(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def assert_nothing_left(folder: Path) -> None:
    """Neither the folder nor anything that it was made from."""
    assert not folder.exists()
    assert [path.name for path in folder.parent.iterdir() if "out" in path.name] == []


# -- honest archives


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_packed_comes_out(tmp_path: Path, kind: str) -> None:
    context = Listener()
    archive = pack(tmp_path / f"a.{kind}", FILES)
    assert is_archive(archive)
    folder = extract(archive, tmp_path / "out", context)
    assert files_in(folder) == FILES
    last = context.of_type("progress")[-1]
    assert (last.stage, last.unit) == ("extract", "bytes")
    assert last.done == last.total > 0


@pytest.mark.parametrize("kind", KINDS)
def test_only_what_is_wanted_is_unpacked(tmp_path: Path, kind: str) -> None:
    wanted = ["set/images/2.jpg", "set/data.yaml"]
    folder = extract(pack(tmp_path / f"a.{kind}", FILES), tmp_path / "out", Listener(), members=wanted)
    assert files_in(folder) == {name: FILES[name] for name in wanted}


@pytest.mark.parametrize("kind", KINDS)
def test_an_archive_that_lacks_what_is_wanted_is_refused(tmp_path: Path, kind: str) -> None:
    with pytest.raises(ArchiveError, match=r"lacks 1 of its files, first set/none\.jpg") as failure:
        extract(pack(tmp_path / f"a.{kind}", FILES), tmp_path / "out", Listener(), members=[*FILES, "set/none.jpg"])
    assert "fetch it again" in failure.value.hint
    assert_nothing_left(tmp_path / "out")


def test_what_was_unpacked_before_is_not_unpacked_again(tmp_path: Path) -> None:
    archive = pack(tmp_path / "a.zip", FILES)
    folder = extract(archive, tmp_path / "out", Listener())
    before = (folder / "set/data.yaml").stat().st_ino
    context = Listener()
    extract(archive, tmp_path / "out", context)
    assert (folder / "set/data.yaml").stat().st_ino == before
    assert context.events == []


def test_other_members_or_another_archive_are_unpacked_anew(tmp_path: Path) -> None:
    archive = pack(tmp_path / "a.zip", FILES)
    extract(archive, tmp_path / "out", Listener())
    folder = extract(archive, tmp_path / "out", Listener(), members=["set/data.yaml"])
    assert list(files_in(folder)) == ["set/data.yaml"]
    pack(archive, {"other.txt": b"x"})
    assert files_in(extract(archive, tmp_path / "out", Listener())) == {"other.txt": b"x"}


def test_a_folder_that_a_killed_extraction_left_is_no_hindrance(tmp_path: Path) -> None:
    archive = pack(tmp_path / "a.zip", FILES)
    for left in (".extracting-out", "out"):  # killed before the folder got its name, or just after
        (tmp_path / left / "set").mkdir(parents=True)
        (tmp_path / left / "set" / "half.jpg").write_bytes(b"half")
    assert files_in(extract(archive, tmp_path / "out", Listener())) == FILES


def test_names_in_old_and_unmarked_encodings_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("utf8-xx.jpg", "cp437-x.jpg"):
            archive.writestr(name, b"x")
    raw = path.read_bytes().replace(b"utf8-xx", b"utf8-\xc3\xa9").replace(b"cp437-x", b"cp437-\x81")
    path.write_bytes(raw)
    folder = extract(path, tmp_path / "out", Listener())
    assert sorted(files_in(folder)) == ["cp437-ü.jpg", "utf8-é.jpg"]


def test_names_of_windows_and_of_the_current_folder_are_read(tmp_path: Path) -> None:
    pack(tmp_path / "a.zip", {"set\\images\\1.jpg": b"1"})
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        add(archive, ".", type=tarfile.DIRTYPE)
        add(archive, "./set/images//1.jpg", b"1")
    for name in ("a.zip", "a.tar"):
        folder = extract(tmp_path / name, tmp_path / f"out-{name}", Listener(), members=["set/images/1.jpg"])
        assert files_in(folder) == {"set/images/1.jpg": b"1"}


def test_what_finder_adds_is_left_out(tmp_path: Path) -> None:
    archive = pack(tmp_path / "a.zip", FILES | {"__MACOSX/set/images/._0.jpg": b"resource fork"})
    assert files_in(extract(archive, tmp_path / "out", Listener())) == FILES


def test_modes_and_owners_of_the_archive_are_not_taken_over(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        add(archive, "run.sh", b"#!/bin/sh", mode=0o4777, uid=12345)
    folder = extract(tmp_path / "a.tar", tmp_path / "out", Listener())
    facts = (folder / "run.sh").stat()
    assert not facts.st_mode & (stat.S_ISUID | stat.S_IXUSR)
    assert facts.st_uid == tmp_path.stat().st_uid


def test_real_pictures_come_out_of_each_kind(tmp_path: Path, lab: Path) -> None:
    files = {path.name: path.read_bytes() for path in sorted((lab / "val" / "faces").rglob("*.jpg"))[:20]}
    assert files
    for kind in KINDS:
        folder = extract(pack(tmp_path / f"a.{kind}", files), tmp_path / f"out-{kind}", Listener())
        assert files_in(folder) == files


# -- hostile archives


@pytest.mark.parametrize(
    "name",
    ["../evil.jpg", "a/../../evil.jpg", "/evil.jpg", "//evil.jpg", "C:/evil.jpg", "c:evil.jpg", "..\\evil.jpg", "a/.."],
)
@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
def test_nothing_is_written_elsewhere(tmp_path: Path, kind: str, name: str) -> None:
    deep = tmp_path / "some" / "way" / "down"
    deep.mkdir(parents=True)
    archive = pack(deep / f"a.{kind}", {"good.jpg": b"good", name: b"evil"})
    with pytest.raises(ArchiveError) as failure:
        extract(archive, deep / "out", Listener())
    assert failure.value.code == "archive"
    assert f"a.{kind} was not unpacked: it holds a file that would be written elsewhere" in failure.value.message
    assert "Do not use it" in failure.value.hint
    assert_nothing_left(deep / "out")
    assert list(tmp_path.rglob("*evil*")) == []
    assert not Path("/evil.jpg").exists()


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE])
def test_a_tar_with_a_link_or_a_device_is_refused(tmp_path: Path, kind: bytes) -> None:
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        add(archive, "good.jpg", b"good")
        add(archive, "link", type=kind, linkname="/etc/passwd")
        add(archive, "link/evil", b"evil")
    with pytest.raises(ArchiveError, match=r"a link or a device \(link\)"):
        extract(tmp_path / "a.tar", tmp_path / "out", Listener())
    assert_nothing_left(tmp_path / "out")


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFIFO])
def test_a_zip_with_a_link_or_a_device_is_refused(tmp_path: Path, kind: int) -> None:
    info = zipfile.ZipInfo("link")
    info.external_attr = (kind | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(info, "/etc/passwd")
    with pytest.raises(ArchiveError, match="a link or a device"):
        extract(tmp_path / "a.zip", tmp_path / "out", Listener())
    assert_nothing_left(tmp_path / "out")


@pytest.mark.parametrize("kind", KINDS)
def test_two_files_of_one_name_are_refused(tmp_path: Path, kind: str) -> None:
    archive = pack(tmp_path / f"a.{kind}", {"a.jpg": b"1", "./a.jpg": b"2"})
    with pytest.raises(ArchiveError, match=r"two of its files would have the same name \(a\.jpg\)"):
        extract(archive, tmp_path / "out", Listener())
    assert_nothing_left(tmp_path / "out")


def test_a_file_that_is_also_a_folder_is_refused(tmp_path: Path) -> None:
    for files in ({"a": b"1", "a/b.jpg": b"2"}, {"a/b.jpg": b"2", "a": b"1"}):
        with pytest.raises(ArchiveError, match="same name"):
            extract(pack(tmp_path / "a.zip", files), tmp_path / "out", Listener())
        assert_nothing_left(tmp_path / "out")


def test_names_with_control_characters_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="control characters") as failure:
        extract(pack(tmp_path / "a.tar", {"a\n\x1b[2Jb.jpg": b"1"}), tmp_path / "out", Listener())
    assert failure.value.message.isprintable()


@pytest.mark.parametrize("name", ["con.jpg", "a/NUL", "what?.jpg", "a:b.jpg", "end."])
def test_names_that_windows_cannot_have_are_refused_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    archive = pack(tmp_path / "a.zip", {name if ":" not in name else f"sub/{name}": b"1"})
    monkeypatch.setattr(archive_module, "IS_WINDOWS", True)
    with pytest.raises(ArchiveError, match="Windows cannot have"):
        extract(archive, tmp_path / "out", Listener())


def test_a_bomb_is_stopped_long_before_it_fills_the_disk(tmp_path: Path) -> None:
    zeros = bytes(8 << 20)
    limits = Limits(ratio=100, ratio_from_bytes=1 << 20)
    for kind in ("zip", "tar.gz", "tar.bz2", "tar.xz"):
        archive = pack(tmp_path / f"a.{kind}", {f"{number}.bmp": zeros for number in range(4)})
        with pytest.raises(ArchiveError, match="more than 100 times its own size"):
            extract(archive, tmp_path / "out", Listener(), limits=limits)
        assert_nothing_left(tmp_path / "out")


def test_a_bomb_beside_what_is_wanted_is_stopped_in_a_tar_which_is_read_through(tmp_path: Path) -> None:
    archive = pack(tmp_path / "a.tar.gz", {"bomb.bmp": bytes(8 << 20), "a.jpg": b"1"})
    with pytest.raises(ArchiveError, match="times its own size"):
        extract(
            archive,
            tmp_path / "out",
            Listener(),
            limits=Limits(ratio=100, ratio_from_bytes=1 << 20),
            members=["a.jpg"],
        )


@pytest.mark.parametrize("said", [100, 5 << 20])
def test_a_zip_that_lies_about_its_sizes_is_stopped(tmp_path: Path, said: int) -> None:
    path = pack(tmp_path / "a.zip", {"a.bmp": bytes(4 << 20)})
    path.write_bytes(path.read_bytes().replace(struct.pack("<I", 4 << 20), struct.pack("<I", said)))
    with pytest.raises(ArchiveError, match="damaged"):
        extract(path, tmp_path / "out", Listener())
    assert_nothing_left(tmp_path / "out")


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        (Limits(files=5), "more than 5 files"),
        (Limits(file_bytes=1000), "holds a file of"),
        (Limits(total_bytes=2000), "unpacks to more than"),
    ],
)
@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_limits_on_files_and_bytes_hold(tmp_path: Path, kind: str, limits: Limits, message: str) -> None:
    with pytest.raises(ArchiveError, match=message):
        extract(pack(tmp_path / f"a.{kind}", FILES), tmp_path / "out", Listener(), limits=limits)
    assert_nothing_left(tmp_path / "out")


def test_a_tar_with_an_endless_name_is_refused(tmp_path: Path) -> None:
    """tarfile would read it at once into memory; it may be gigabytes."""
    info = tarfile.TarInfo("././@LongLink")
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, 80 << 20
    with gzip.open(tmp_path / "a.tar.gz", "wb", compresslevel=1) as file:
        file.write(info.tobuf() + b"name" + bytes((1 << 20) - 4))
        for _ in range(79):
            file.write(bytes(1 << 20))
        file.write(tarfile.TarInfo("a.jpg").tobuf() + bytes(1024))
    with pytest.raises(ArchiveError, match="damaged"):
        extract(tmp_path / "a.tar.gz", tmp_path / "out", Listener())


# -- damaged and other files


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
@pytest.mark.parametrize("kind", KINDS)
def test_a_truncated_archive_is_refused(tmp_path: Path, kind: str, share: float) -> None:
    files = {name: os.urandom(20_000) for name in FILES}
    path = pack(tmp_path / f"a.{kind}", files)
    whole = path.read_bytes()
    if kind == "tar":  # the end of a tar is zeros to fill its last block
        whole = whole.rstrip(b"\0")
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(ArchiveError) as failure:
        extract(path, tmp_path / "out", Listener())
    assert "damaged" in failure.value.message
    assert "again" in failure.value.hint
    assert_nothing_left(tmp_path / "out")


def test_a_tar_cut_between_two_files_is_refused(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        add(archive, "1.jpg", bytes(512))
        add(archive, "2.jpg", bytes(512))
    for cut in (1024, 1024 + 100):
        (tmp_path / "cut.tar").write_bytes((tmp_path / "a.tar").read_bytes()[:cut])
        with pytest.raises(ArchiveError, match="damaged or incomplete"):
            extract(tmp_path / "cut.tar", tmp_path / "out", Listener())


@pytest.mark.parametrize("kind", ["zip", "tar.gz", "tar.bz2", "tar.xz"])
def test_a_changed_byte_is_noticed(tmp_path: Path, kind: str) -> None:
    path = pack(tmp_path / f"a.{kind}", {"a.jpg": os.urandom(50_000)})
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(ArchiveError, match="damaged"):
        extract(path, tmp_path / "out", Listener())
    assert_nothing_left(tmp_path / "out")


def test_a_protected_zip_says_what_to_do(tmp_path: Path) -> None:
    path = pack(tmp_path / "a.zip", {"a.jpg": b"1"})
    data = bytearray(path.read_bytes())
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(ArchiveError, match="protected by a password") as failure:
        extract(path, tmp_path / "out", Listener())
    assert "with the password" in failure.value.hint


def test_a_zip_method_that_is_not_known_is_said(tmp_path: Path) -> None:
    path = pack(tmp_path / "a.zip", {"a.jpg": b"1"})
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 10] = 97
    data[8] = 97
    path.write_bytes(data)
    with pytest.raises(ArchiveError, match="cannot be unpacked"):
        extract(path, tmp_path / "out", Listener())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<!doctype html><title>Sign in</title>",
        b"Rar!\x1a\x07\x01\x00",
        b"7z\xbc\xaf\x27\x1c",
        os.urandom(4096),
        bytes(4096),
        b"PK\x03\x04",
    ],
)
def test_what_is_no_archive_is_said(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.zip").write_bytes(data)
    with pytest.raises(ArchiveError) as failure:
        extract(tmp_path / "a.zip", tmp_path / "out", Listener())
    assert "a.zip" in failure.value.message
    assert failure.value.hint
    assert_nothing_left(tmp_path / "out")


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress])
def test_a_compressed_file_that_is_no_tar_is_said(tmp_path: Path, compress: Callable[[bytes], bytes]) -> None:
    (tmp_path / "a.gz").write_bytes(compress(b"just a text\n" * 1000))
    with pytest.raises(ArchiveError, match="damaged"):
        extract(tmp_path / "a.gz", tmp_path / "out", Listener())


def test_an_archive_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match=r"gone\.zip is not there"):
        extract(tmp_path / "gone.zip", tmp_path / "out", Listener())
    assert not is_archive(tmp_path / "gone.zip")


# -- cancelling, full and closed disks


@pytest.mark.parametrize("kind", KINDS)
def test_a_cancel_leaves_nothing(tmp_path: Path, kind: str) -> None:
    context = Listener()

    def cancel(count: int) -> None:
        if count > 4:
            raise JobCancelledError

    context.on_check = cancel
    with pytest.raises(JobCancelledError):
        extract(pack(tmp_path / f"a.{kind}", FILES), tmp_path / "out", context)
    assert_nothing_left(tmp_path / "out")


def test_room_on_the_disk_is_checked_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pyroblur_gui.core.files.shutil.disk_usage", lambda _path: type("Usage", (), {"free": 1000}))
    with pytest.raises(DiskFullError, match="are needed"):
        extract(pack(tmp_path / "a.zip", FILES), tmp_path / "out", Listener())
    assert_nothing_left(tmp_path / "out")


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError) as failure:
        extract(pack(tmp_path / "a.zip", FILES), tmp_path / "file" / "out", Listener())
    assert failure.value.hint


EXTRACT = f"""
import sys
sys.path.insert(0, {str(Path(listening.__file__).parent)!r})
from pathlib import Path
from listening import Listener
from pyroblur_gui.core.errors import PyroblurError
from pyroblur_gui.datasets.archive import extract
class Halting(Listener):
    def check_cancelled(self):
        super().check_cancelled()
        if self.checks == 8:
            print("halfway", flush=True)
            sys.stdin.read()
try:
    extract(Path(sys.argv[1]), Path(sys.argv[2]), Listener())
except PyroblurError as exc:
    print(exc.code, exc.message, exc.hint)
"""


def test_a_disk_that_is_full_in_the_middle_leaves_nothing(tmp_path: Path) -> None:
    archive = pack(tmp_path / "a.tar.gz", {f"{number}.bmp": bytes(100_000) for number in range(10)})
    listing = tmp_path / "listing"
    (tmp_path / "disk").mkdir()
    script = (sys.executable, "-c", EXTRACT, str(archive), str(tmp_path / "disk" / "out"))
    command = (*small(tmp_path / "disk", 300_000, listing=listing), *script)
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert said.startswith("disk_full ")
    assert "Make room there" in said
    assert listing.read_text() == ""


def test_a_killed_extraction_is_done_again_with_the_same_result(tmp_path: Path) -> None:
    archive, part = pack(tmp_path / "a.zip", FILES), tmp_path / ".extracting-out"
    command = [sys.executable, "-c", EXTRACT.replace("Listener())", "Halting())"), str(archive), str(tmp_path / "out")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "halfway\n"
        process.kill()
    assert 0 < len(files_in(part)) < len(FILES)
    assert not (tmp_path / "out").exists()
    assert files_in(extract(archive, tmp_path / "out", Listener())) == FILES
    assert not part.exists()
