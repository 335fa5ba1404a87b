import numpy as np
import pytest
from rows import box, draw, make_dataset, row

from pyroblur_gui.core.errors import EngineError, JobCancelledError
from pyroblur_gui.datasets import suggestions
from pyroblur_gui.datasets.dataset import Dataset
from pyroblur_gui.datasets.sample import Origin
from pyroblur_gui.datasets.suggest import suggest, tasks
from pyroblur_gui.models.detector import Detections

FACES_ONLY = frozenset({0})
EDGES = (0.25, 0.25, 0.75, 0.75)


class Teacher:
    """A detector that finds, of each class that it is asked for, one thing in the middle of the picture."""

    classes = ("license_plate", "face", "dog")
    in_flight = 2
    engine = "none"

    def __init__(self, *, score: float = 0.6, fails_on: int = -1) -> None:
        self.asked: list[dict[str, float]] = []
        self._score = score
        self._fails_on = fails_on

    def threshold(self, _label: str) -> float:
        return 0.3

    def margin(self, _label: str) -> float:
        return 0.0

    def preferred_size(self, width: int, height: int) -> tuple[int, int]:
        return width // 2, height // 2

    def submit(self, picture, *, confidence: dict[str, float]):
        number = len(self.asked)
        self.asked.append(confidence)
        height, width = picture.shape[:2]
        return _Found(self, number, width, height, [self.classes.index(label) for label in confidence])

    def close(self) -> None:
        return


class _Found:
    def __init__(self, teacher: Teacher, number: int, width: int, height: int, labels: list[int]) -> None:
        self._teacher, self._number, self._size, self._labels = teacher, number, (width, height) * 2, labels

    def result(self) -> Detections:
        if self._number == self._teacher._fails_on:
            message = "out of memory"
            raise EngineError(message)
        boxes = np.array([np.multiply(EDGES, self._size)] * len(self._labels), np.float32).reshape(-1, 4)
        scores = np.full(len(self._labels), self._teacher._score, np.float32)
        return Detections(boxes, scores, np.array(self._labels, np.int64))


@pytest.fixture
def dataset():
    with make_dataset() as dataset:
        rows = [
            row(1, box(), labelled=FACES_ONLY),
            row(2, box()),
            row(3, labelled=frozenset()),
            row(4, labelled=FACES_ONLY, error="broken"),
            row(5, labelled=FACES_ONLY, is_removed=True),
        ]
        dataset.add(rows)
        draw(dataset, rows[:3])
        yield dataset


def _run(dataset: Dataset, teacher: Teacher, name: str = "teacher", step=lambda: None):
    suggestions.begin(dataset, teacher=name)
    found = suggest(dataset, teacher, tasks(dataset, teacher.classes), confidence=None, step=step)
    suggestions.finish(dataset)
    return found


def _suggested(dataset: Dataset, number: int) -> list[int]:
    return [each.label for each in dataset.picture(number).boxes if each.origin is Origin.SUGGESTED]


def test_a_teacher_looks_for_what_was_not_looked_for_and_nothing_else(dataset: Dataset):
    teacher = Teacher()
    counts, failed = _run(dataset, teacher)
    assert teacher.asked == [{"license_plate": 0.3}, {"face": 0.3, "license_plate": 0.3}]
    assert (counts, failed) == ({"license_plate": 2, "face": 1}, [])
    assert dataset.picture(1).boxes == (box(), box(1, *EDGES, origin=Origin.SUGGESTED, score=0.6))
    assert sorted(_suggested(dataset, 3)) == [0, 1]
    assert all(dataset.picture(number).labelled == labelled for number, labelled in ((1, FACES_ONLY), (3, frozenset())))


def test_what_has_a_box_already_is_not_suggested_again(dataset: Dataset):
    dataset.add(
        [
            row(6, box(1, 0.25, 0.25, 0.75, 0.7), labelled=FACES_ONLY),
            row(7, box(1, 0.6, 0.6, 1, 1), labelled=FACES_ONLY),
        ]
    )
    draw(dataset, dataset.pictures([6, 7]))
    _run(dataset, Teacher())
    assert (_suggested(dataset, 6), _suggested(dataset, 7)) == ([], [1])


def test_asking_again_replaces_old_suggestions(dataset: Dataset):
    _run(dataset, Teacher(score=0.4))
    _run(dataset, Teacher(score=0.9))
    waiting = [each for each in dataset.picture(1).boxes if each.origin is Origin.SUGGESTED]
    assert [each.score for each in waiting] == [0.9]


def test_a_stopped_run_keeps_what_it_found_and_goes_on_there(dataset: Dataset):
    seen: list[int] = []

    def stop() -> None:
        seen.append(1)
        raise JobCancelledError

    with pytest.raises(JobCancelledError):
        _run(dataset, Teacher(), step=stop)
    assert (_suggested(dataset, 1), _suggested(dataset, 3)) == ([1], [])
    again = Teacher()
    _run(dataset, again)
    assert again.asked == [{"face": 0.3, "license_plate": 0.3}]
    assert _suggested(dataset, 1) == [1]


def test_another_teacher_begins_anew_after_a_stopped_run(dataset: Dataset):
    suggestions.begin(dataset, teacher="one")
    suggest(dataset, Teacher(), tasks(dataset, Teacher.classes), confidence=None, step=lambda: None)
    other = Teacher()
    _run(dataset, other, name="other")
    assert len(other.asked) == 2


def test_pictures_that_cannot_be_looked_at_are_named_and_the_others_are_done(dataset: Dataset):
    dataset.add([row(6, labelled=FACES_ONLY)])  # without a file
    counts, failed = _run(dataset, Teacher(fails_on=0))
    assert failed == ["photo 1.jpg", "photo 6.jpg"]
    assert counts["license_plate"] == 1
    assert _suggested(dataset, 3) != []


def test_accepting_all_counts_a_picture_in_which_nothing_was_found_as_looked_at(dataset: Dataset):
    """Else a training would have to leave every picture out that really shows none."""

    class Blind(Teacher):
        def submit(self, picture, **_asked):
            return super().submit(picture, confidence={})

    _run(dataset, Blind())
    (first, third) = suggestions.accepted(dataset)
    assert (first.id, first.labelled) == (1, frozenset({0, 1}))
    assert (third.id, third.labelled, third.boxes) == (3, frozenset({0, 1}), ())


def test_one_picture_can_be_accepted_or_rejected_alone(dataset: Dataset):
    _run(dataset, Teacher())
    (accepted,) = suggestions.accepted(dataset, [3])
    assert {each.origin for each in accepted.boxes} == {Origin.ACCEPTED}
    assert accepted.labelled == frozenset({0, 1})
    (rejected,) = suggestions.rejected(dataset, [3])
    assert rejected.boxes == ()
    assert list(suggestions.accepted(dataset, [2])) == []


def test_the_users_own_changes_meanwhile_stay(dataset: Dataset):
    work = tasks(dataset, Teacher.classes)
    dataset.replace([row(1, box(0, 0.1, 0.1, 0.2, 0.2), labelled=FACES_ONLY)])
    suggest(dataset, Teacher(), work, confidence=0.9, step=lambda: None)
    assert dataset.picture(1).boxes[0] == box(0, 0.1, 0.1, 0.2, 0.2)


def test_a_class_of_which_boxes_still_wait_is_looked_for_once_these_are_decided(dataset: Dataset):
    """Else what waits would be trained on as showing nothing."""
    sure, unsure = (box(1, 0.1 * n, 0.1, 0.1 * n + 0.05, 0.2, origin=Origin.SUGGESTED, score=n / 10) for n in (9, 3))
    dataset.replace([row(1, box(), sure, unsure, labelled=FACES_ONLY)])
    (half,) = suggestions.accepted(dataset, confidence=0.5)
    assert [each.origin for each in half.boxes[1:]] == [Origin.ACCEPTED, Origin.SUGGESTED]
    assert half.labelled == FACES_ONLY
    dataset.replace([half])
    (whole,) = suggestions.rejected(dataset)
    assert (len(whole.boxes), whole.labelled) == (2, frozenset({0, 1}))
