"""Made-up pictures: the same for the same seed, whole or not there, and like enough to real ones to be found."""

import hashlib
import io
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from labelled_files import copied, put, real_ones
from PIL import Image
from stage import Stage

from pyroblur_gui.core.errors import DatasetError, JobCancelledError, OutputError, SourceError
from pyroblur_gui.datasets.choice import chosen
from pyroblur_gui.datasets.sample import Origin, Sample, Scale
from pyroblur_gui.datasets.sources import catalogue
from pyroblur_gui.datasets.sources.drawing.painting import paint
from pyroblur_gui.datasets.sources.source import Gathering
from pyroblur_gui.datasets.sources.synthetic import Order
from pyroblur_gui.datasets.spec import SourceOptions
from pyroblur_gui.models.loading import open_detector

MAIN = frozenset(("face", "license_plate"))
SMALL = 192
NO_DOWNLOADER = object()  # what is drawn is not fetched


def gather(folder: Path, stage: Stage | None = None, **options: object) -> list[Sample]:
    asked = SourceOptions(**{"max_samples": 5, "size": SMALL, **options})
    gathering = Gathering(asked, folder, NO_DOWNLOADER, stage or Stage())
    return list(catalogue.open_source("synthetic").gather(gathering))


def digests(samples: list[Sample]) -> list[str]:
    return [hashlib.sha256(sample.picture.read_bytes()).hexdigest() for sample in samples]


def test_pictures_are_whole_and_their_boxes_lie_in_them(tmp_path):
    samples = gather(tmp_path)
    for sample in samples:
        with Image.open(sample.picture) as image:
            image.load()
            assert max(image.size) == SMALL
            width, height = image.size
        assert (sample.scale, sample.labels, sample.flaws) == (Scale.PIXELS, MAIN, ())
        assert {box.origin for box in sample.boxes} <= {Origin.SYNTHETIC}
        for box in sample.boxes:
            assert box.label in MAIN
            assert 0 <= box.left < box.right <= width
            assert 0 <= box.top < box.bottom <= height
            assert min(box.right - box.left, box.bottom - box.top) > 3
    assert len({sample.name for sample in samples}) == len(samples)


def test_so_many_pictures_of_each_class_are_drawn_as_are_asked_for_and_some_without(tmp_path):
    samples = gather(tmp_path, max_samples=20)
    shown = [(sample.name, frozenset(box.label for box in sample.boxes)) for sample in samples]
    counts = Counter(label for _, labels in shown for label in labels)
    assert counts["face"] >= 18
    assert counts["license_plate"] >= 18
    assert any(not labels for _, labels in shown)
    assert len(chosen(shown, most=20, seed=0)) == len(samples)


def test_the_source_says_that_nothing_in_it_is_real():
    facts = catalogue.SOURCES["synthetic"]
    assert facts.is_synthetic
    assert not facts.needs
    assert facts.classes == ("face", "license_plate")


def test_the_same_seed_gives_the_same_bytes_and_another_one_others(tmp_path):
    first, again = gather(tmp_path / "a"), gather(tmp_path / "b")
    assert digests(first) == digests(again)
    assert [(sample.name, sample.boxes) for sample in first] == [(sample.name, sample.boxes) for sample in again]
    other = gather(tmp_path / "a", seed=1)
    assert not set(digests(first)) & set(digests(other))
    assert not {sample.name for sample in first} & {sample.name for sample in other}


def test_more_of_them_begin_with_those_that_there_were(tmp_path):
    few, many = gather(tmp_path / "a", max_samples=3), gather(tmp_path / "b", max_samples=6)
    assert digests(many)[: len(few)] == digests(few)


def test_drawing_goes_on_where_it_was_stopped_and_what_is_torn_is_drawn_again(tmp_path):
    whole = gather(tmp_path / "whole")
    stage = Stage()

    def cancel(count: int) -> None:
        if count > 1:
            raise JobCancelledError

    stage.on_check = cancel
    with pytest.raises(JobCancelledError):
        gather(tmp_path / "stopped", stage, max_samples=10)
    done = sorted((tmp_path / "stopped").rglob("*.jpg"))
    assert 0 < len(done) < 16
    done[0].write_bytes(done[0].read_bytes()[:-20])  # torn
    done[1].with_suffix(".json").unlink()  # killed between the picture and its boxes
    put("{", done[2].with_suffix(".json"))
    kept = {path: path.stat().st_mtime_ns for path in done[3:]}
    samples = gather(tmp_path / "stopped", max_samples=10)
    assert digests(samples)[: len(whole)] == digests(whole)
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    assert not list(tmp_path.rglob("*.part"))


def test_progress_is_told_to_the_end(tmp_path):
    stage = Stage()
    samples = gather(tmp_path, stage)
    last = stage.of_type("progress")[-1]
    assert (last.done, last.total, last.unit) == (len(samples), len(samples), "pictures")


def test_own_pictures_are_drawn_on(lab, tmp_path):
    backgrounds = tmp_path / "own"
    red = Image.new("RGB", (300, 200), (200, 10, 10))
    backgrounds.mkdir()
    red.save(backgrounds / "red.png")
    put(b"no picture", backgrounds / "torn.jpg")
    stage = Stage()
    samples = gather(tmp_path / "out", stage, backgrounds=backgrounds, max_samples=10)
    means = []
    for sample in samples[::2]:
        with Image.open(sample.picture) as image:
            means.append(np.median(np.asarray(image), axis=(0, 1)))
    is_red = [mean[0] > 2 * mean[1] and mean[0] > 2 * mean[2] for mean in means]
    assert sum(is_red) >= 0.6 * len(means)
    assert len(samples) == 16  # those of the torn picture have a drawn background
    (warning,) = stage.of_type("log")
    assert "must show no faces and no plates" in warning.text
    for original in real_ones(lab, 3):
        copied(original, tmp_path / "streets")
    assert len(gather(tmp_path / "out", backgrounds=tmp_path / "streets")) == 8


def test_a_folder_without_pictures_to_draw_on_is_told(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceError, match="no pictures"):
        gather(tmp_path / "out", backgrounds=tmp_path / "empty")
    with pytest.raises(DatasetError, match="cannot be read"):
        gather(tmp_path / "out", backgrounds=tmp_path / "gone")


def test_a_place_that_cannot_be_written_to_is_told(tmp_path):
    put("a file", tmp_path / "taken")
    with pytest.raises(OutputError):
        gather(tmp_path / "taken")


@pytest.mark.parametrize("size", [64, 97, 1280])
def test_pictures_of_any_size_are_drawn(size):
    for number in range(3):
        data, boxes = paint(Order(0, number, size, MAIN, None))
        with Image.open(io.BytesIO(data)) as image:
            assert max(image.size) == size
        assert all(0 <= box[1] < box[3] <= size and 0 <= box[2] < box[4] <= size for box in boxes)


def test_detectors_for_real_pictures_find_most_of_what_is_drawn():
    """Drawn faces and plates that a good detector knows are ones from which another can learn something."""
    found, drawn = Counter[str](), Counter[str]()
    detector = open_detector("thorough")
    try:
        for number in range(12):
            data, boxes = paint(Order(5, number, 640, MAIN, None))
            with Image.open(io.BytesIO(data)) as image:
                picture = np.asarray(image)
            confidence = {label: detector.threshold(label) for label in detector.classes}
            detections = detector.submit(picture, confidence=confidence).result()
            labels = [detector.classes[label] for label in detections.labels]
            seen = list(zip(labels, detections.boxes, strict=True))
            for label, *edges in boxes:
                drawn[label] += 1
                found[label] += any(kind == label and overlap(edges, other) > 0.4 for kind, other in seen)
    finally:
        detector.close()
    assert drawn["face"] > 20
    assert drawn["license_plate"] > 15
    assert found["face"] > 0.6 * drawn["face"]
    assert found["license_plate"] > 0.6 * drawn["license_plate"]


def overlap(one: list[float], other: np.ndarray) -> float:
    """Intersection over union."""
    wide = max(0.0, min(one[2], other[2]) - max(one[0], other[0]))
    high = max(0.0, min(one[3], other[3]) - max(one[1], other[1]))
    areas = (one[2] - one[0]) * (one[3] - one[1]) + (other[2] - other[0]) * (other[3] - other[1])
    return float(wide * high / (areas - wide * high))


def test_what_sources_declare_is_known_without_loading_what_draws():
    code = (
        "import sys; import pyroblur_gui.datasets.sources.catalogue as c; assert 'synthetic' in c.SOURCES; "
        "print([name for name in ('cv2', 'PIL', 'numpy', 'httpx', 'keyring') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
