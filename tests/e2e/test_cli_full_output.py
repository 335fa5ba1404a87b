"""What a command prints goes to a full disk: it says so once, on stderr and by its exit status."""

from pathlib import Path

import pytest
from places import Place, files, make_place
from scenes import Scene, moving_face

FULL = Path("/dev/full")
TO_FULL = ("sh", "-c", f'exec "$0" "$@" > {FULL}')
SAYS = "failed: What this command prints could not be written: the disk is full."

pytestmark = pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full here")


@pytest.fixture(scope="module")
def scene(pictures: dict[str, Path]) -> Scene:
    return moving_face(pictures["zidane"], frames=6)


@pytest.fixture
def place(tmp_path: Path, scene: Scene) -> Place:
    return make_place(tmp_path, scene)


@pytest.mark.parametrize("form", [["--json"], []])
def test_files_are_covered_all_the_same(place: Place, form: list[str]) -> None:
    options = ["--model", "fast", "--verify", "off", *form]
    answer = place.door.run("blur", place.photo, place.clip, "-o", place.out, *options, wrapper=TO_FULL)
    assert answer.status == 1
    assert files(place.out) == {"photo_blurred.png", "clip_blurred.mp4"}
    assert answer.err.count(SAYS) == 1
    assert len(answer.err.splitlines()) == 1, answer.err


def test_a_listing_that_nobody_can_read_ends_at_once(place: Place) -> None:
    answer = place.door.run("detect", place.photo, place.clip, place.photo, "--model", "fast", wrapper=TO_FULL)
    assert answer.status == 1
    assert answer.err.count(SAYS) == 1
    assert f"[2/2] {place.clip}: cancelled" in answer.err


@pytest.mark.parametrize("command", [["doctor"], ["doctor", "--json"], ["models", "list"], ["--help"], ["--version"]])
def test_commands_that_only_print_fail_in_one_line(place: Place, command: list[str]) -> None:
    answer = place.door.run(*command, wrapper=TO_FULL)
    assert answer.status == 1
    assert answer.err.startswith(SAYS)
    assert len(answer.err.splitlines()) == 1, answer.err
