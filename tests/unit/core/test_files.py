"""Files that appear whole or not at all, whatever the folder, the disk and the name are like."""

import errno
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pyroblur_gui.core.errors import (
    DiskFullError,
    JobCancelledError,
    MissingFileError,
    OutputError,
    UnreadableMediaError,
)
from pyroblur_gui.core.files import (
    PartFile,
    as_output_error,
    fitted_name,
    is_same_file,
    require_free_space,
    sha256,
    unused_name,
)

LONG = "ü" * 123 + ".mp4"  # 250 bytes
STRANGE = "a\nb 😀 'quoted'.jpg"


def test_the_hash_is_that_of_the_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "large"
    path.write_bytes(os.urandom(2_500_000))
    told: list[tuple[int, int]] = []
    digest = sha256(path, on_progress=lambda done, total: told.append((done, total)))
    assert digest == hashlib.sha256(path.read_bytes()).hexdigest()
    assert told[-1] == (2_500_000, 2_500_000)
    assert [done for done, _ in told] == [1 << 20, 2 << 20, 2_500_000]


def test_hashing_can_be_cancelled(tmp_path: Path) -> None:
    def check() -> None:
        raise JobCancelledError

    path = tmp_path / "file"
    path.write_bytes(b"content")
    with pytest.raises(JobCancelledError):
        sha256(path, check_cancelled=check)


def test_hashing_what_cannot_be_read_says_so(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match=r"gone\.mp4"):
        sha256(tmp_path / "gone.mp4")
    with pytest.raises(UnreadableMediaError):
        sha256(tmp_path)


@pytest.mark.parametrize("name", ["clip.mp4", LONG, STRANGE, "no suffix", ".hidden", "x." + "y" * 240])
def test_a_part_file_appears_under_its_name_when_committed(tmp_path: Path, name: str) -> None:
    target = tmp_path / "new" / "folder" / name
    with PartFile(target) as part:
        assert part.path.parent == target.parent
        assert part.path.name.startswith(".")
        assert len(os.fsencode(part.path.name)) < 80
        part.path.write_bytes(b"content")
        assert not target.exists()
        part.commit()
    assert target.read_bytes() == b"content"
    assert list(target.parent.iterdir()) == [target]


def test_a_part_file_has_the_suffix_that_muxers_look_at(tmp_path: Path) -> None:
    with PartFile(tmp_path / "clip.webm") as part:
        assert part.path.suffix == ".webm"


@pytest.mark.skipif(os.name != "posix", reason="permissions")
def test_the_output_has_the_permissions_of_any_new_file(tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(b"")
    with PartFile(tmp_path / "clip.mp4") as part:
        part.commit()
    assert (tmp_path / "clip.mp4").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_what_is_not_committed_leaves_nothing(tmp_path: Path) -> None:
    target = tmp_path / "clip.mp4"
    target.write_bytes(b"earlier")
    with PartFile(target) as part:
        part.path.write_bytes(b"half")
    with pytest.raises(ZeroDivisionError), PartFile(target):
        raise ZeroDivisionError
    assert target.read_bytes() == b"earlier"
    assert list(tmp_path.iterdir()) == [target]


def test_two_jobs_cannot_write_one_target_at_once(tmp_path: Path) -> None:
    target = tmp_path / "clip.mp4"
    with PartFile(target) as part:
        with pytest.raises(OutputError, match="another job"):
            PartFile(target).__enter__()
        part.commit()
    assert target.exists()


def test_what_a_killed_process_left_is_removed_by_the_next(tmp_path: Path) -> None:
    program = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from pyroblur_gui.core.files import PartFile\n"
        "PartFile(Path(sys.argv[1])).__enter__()\n"
        "os.kill(os.getpid(), getattr(signal, 'SIGKILL', signal.SIGTERM))\n"
    )
    target = tmp_path / "clip.mp4"
    root = Path(__file__).resolve().parents[3]
    subprocess.run([sys.executable, "-c", program, str(target)], cwd=root, check=False)
    (left,) = tmp_path.iterdir()
    with PartFile(tmp_path / "other.mp4"):
        assert left.exists()
    with PartFile(target):
        assert not left.exists()


def test_a_folder_that_is_a_file_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError) as caught:
        PartFile(tmp_path / "file" / "clip.mp4").__enter__()
    assert caught.value.hint


def test_a_read_only_folder_is_an_output_error() -> None:
    """/proc refuses new files to everybody, root included."""
    if not Path("/proc/self").is_dir():
        pytest.skip("no /proc")
    with pytest.raises(OutputError, match=r"clip\.mp4") as caught:
        PartFile(Path("/proc/self/clip.mp4")).__enter__()
    assert "folder" in caught.value.hint


def test_a_target_that_is_a_folder_is_an_output_error(tmp_path: Path) -> None:
    target = tmp_path / "clip.mp4"
    (target / "inner").mkdir(parents=True)
    with PartFile(target) as part, pytest.raises(OutputError):
        part.commit()
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize(
    ("number", "kind", "word"),
    [
        (errno.ENOSPC, DiskFullError, "full"),
        (errno.EROFS, OutputError, "read-only"),
        (errno.EACCES, OutputError, "read-only"),
        (errno.ENAMETOOLONG, OutputError, "too long"),
        (errno.EIO, OutputError, "error"),
    ],
)
def test_what_a_failed_write_means_is_said(number: int, kind: type[OutputError], word: str) -> None:
    error = as_output_error(OSError(number, os.strerror(number)), Path("/out/clip.mp4"))
    assert type(error) is kind
    assert word in error.message
    assert "clip.mp4" in error.message
    assert error.hint
    assert as_output_error(error, Path("other")) is error


def test_too_little_room_is_noticed_before_work_begins(tmp_path: Path) -> None:
    require_free_space(tmp_path / "not" / "yet" / "made", 1)
    with pytest.raises(DiskFullError, match="MB"):
        require_free_space(tmp_path, 1 << 60)


def test_one_file_by_two_names(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"")
    (tmp_path / "folder").mkdir()
    assert is_same_file(path, tmp_path / "folder" / ".." / "a.mp4")
    assert not is_same_file(path, tmp_path / "b.mp4")
    assert is_same_file(tmp_path / "b.mp4", tmp_path / "folder" / ".." / "b.mp4")
    (tmp_path / "link.mp4").hardlink_to(path)
    assert is_same_file(path, tmp_path / "link.mp4")


def test_unused_names_are_counted_up(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    assert unused_name(path) == path
    path.write_bytes(b"")
    assert unused_name(path) == tmp_path / "clip (2).mp4"
    assert unused_name(path, taken={tmp_path / "clip (2).mp4"}) == tmp_path / "clip (3).mp4"


@pytest.mark.parametrize("name", [LONG, "😀" * 62 + ".mp4", "x" * 255])
def test_unused_names_fit_and_hold_whole_characters(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"")
    other = unused_name(path)
    other.write_bytes(b"")
    assert other.name.encode().decode().endswith(f" (2){path.suffix}")


def test_a_name_is_cut_to_fit() -> None:
    assert fitted_name("short", "_blurred.mp4") == "short_blurred.mp4"
    assert len(os.fsencode(fitted_name("é" * 200, "_blurred.mp4"))) <= 255
