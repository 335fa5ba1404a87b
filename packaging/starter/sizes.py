"""What a threshold that depends on a face's size would bring: more small faces for the same cover in vain?

    python packaging/starter/sizes.py MODEL LAB_DATA_DIR DATA_DIR

Of small boxes little is covered in vain, of large ones much: so small ones may be taken at a lower threshold. It
falls, on a logarithmic scale, from `large` for boxes of LARGE_PX and more to `small` for those of SMALL_PX and less
(the shorter side at the network's input). DATA_DIR is what prepare.py wrote: its pictures kept back tell which
thresholds cover equally much in vain; the lab's validation pictures only tell what that comes to. Prints a table.
"""

import argparse
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
from measure import CLASSES, SETS, Boxes, Tally, covers_of, labelled_pictures, read_labels
from numpy.typing import NDArray
from tune import images_of_tuning, read_rgb

from pyroblur_gui.models.detector import Detections, Detector, Picture
from pyroblur_gui.models.loading import open_detector

LABEL = "face"
LEAST = 0.02
INPUT_PX, SMALL_PX, LARGE_PX = 640, 24, 64
FLAT = (0.05, 0.1, 0.15, 0.2, 0.3)
BY_SIZE = ((0.1, 0.2), (0.05, 0.2), (0.05, 0.3), (0.03, 0.3), (0.03, 0.5), (0.02, 0.5))  # (small, large)

Looked = tuple[Picture, Boxes, Detections]
Threshold = Callable[[Picture, Detections], NDArray[np.float64]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("lab", type=Path)
    parser.add_argument("data", type=Path)
    arguments = parser.parse_args()
    detector = open_detector(arguments.model)
    folder = next(name for name, label in SETS if label == LABEL)
    sets = {
        "kept back": list(_looked(detector, _kept_back(arguments.data))),
        "validation": list(_looked(detector, labelled_pictures(arguments.lab / "val" / folder, CLASSES.index(LABEL)))),
    }
    for value in FLAT:
        _tell(f"{value} for all", _by_size(value, value), sets, detector)
    for small, large in BY_SIZE:
        _tell(f"{small} small, {large} large", _by_size(small, large), sets, detector)
    detector.close()


def _kept_back(data: Path) -> Iterable[tuple[Picture, Boxes]]:
    for path in images_of_tuning(data):
        picture = read_rgb(path)
        height, width = picture.shape[:2]
        labels = data / "labels" / "tune" / f"{path.stem}.txt"
        yield picture, read_labels(labels, CLASSES.index(LABEL), width=width, height=height)


def _looked(detector: Detector, pictures: Iterable[tuple[Picture, Boxes]]) -> Iterable[Looked]:
    for picture, labelled in pictures:
        yield picture, labelled, detector.submit(picture, confidence={LABEL: LEAST}).result()


def _by_size(small: float, large: float) -> Threshold:
    def threshold(picture: Picture, found: Detections) -> NDArray[np.float64]:
        sides = np.minimum(*(found.boxes[:, 2:] - found.boxes[:, :2]).T) * INPUT_PX / max(picture.shape[:2])
        place = np.log(np.maximum(sides, 1) / SMALL_PX) / np.log(LARGE_PX / SMALL_PX)
        return np.exp(np.interp(place, (0, 1), (np.log(small), np.log(large))))

    return threshold


def _tell(what: str, threshold: Threshold, sets: dict[str, list[Looked]], detector: Detector) -> None:
    cells = []
    for pictures in sets.values():
        tally = Tally()
        for picture, labelled, found in pictures:
            height, width = picture.shape[:2]
            keep = found.scores >= threshold(picture, found)
            sure = Detections(found.boxes[keep], found.scores[keep], found.labels[keep])
            tally.add(labelled, covers_of(sure, detector, LABEL), width=width, height=height)
        cells.append(f"{tally.found[12]} / {tally.labelled[12]}, {tally.in_vain_percent:.2f} %")
    print(f"| {what} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
