"""What the form offers: data sets with their counts, networks, devices; and what would keep a draft from starting.

No Qt.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pyroblur_gui.core.errors import PyroblurError
from pyroblur_gui.core.training_part import training_hint
from pyroblur_gui.datasets import store
from pyroblur_gui.datasets.filter import Filter
from pyroblur_gui.datasets.sample import Split
from pyroblur_gui.datasets.stats import left_out
from pyroblur_gui.pack import place
from pyroblur_gui.training import networks
from pyroblur_gui.ui.i18n import failure_text, numeral, tr
from pyroblur_gui.ui.tabs.training.machine import Gpu


@dataclass(frozen=True, slots=True)
class DataChoice:
    """A data set, or a data.yaml by its path. problem: why it cannot be read.

    unlabelled: pictures in which a class was not looked for.
    """

    name: str
    train: int = 0
    val: int = 0
    problem: str = ""
    unlabelled: int = 0
    is_file: bool = False

    @property
    def about(self) -> str:
        """How many pictures it has, or why it cannot be read."""
        if self.problem:
            return self.problem
        if self.is_file:
            return tr("Its pictures stay where they are. Look first counts them.")
        return tr(
            "{train} pictures for training, {val} for validation.",
            train=numeral(self.train, ","),
            val=numeral(self.val, ","),
        )


def data_choices() -> list[DataChoice]:
    """All data sets. Reads the disk: call it in a thread."""
    return [_counted(name) for name in store.names()]


def described(path: str) -> DataChoice:
    """A data.yaml that the user chose; what is in it is read when it is looked at or trained on."""
    missing = tr("The file {file} is not there any more. Choose another one.", file=path)
    return DataChoice(path, problem="" if Path(path).is_file() else missing, is_file=True)


def is_there(data: str) -> bool:
    """Whether there is a data set of that name, or a data.yaml at that place. Reads the disk."""
    return data in store.names() or Path(data).is_file()


def _counted(name: str) -> DataChoice:
    try:
        with store.open_dataset(name) as dataset:
            train, val = (len(dataset.ids(Filter(splits=(split,)))) for split in (Split.TRAIN, Split.VAL))
            unlabelled = left_out(dataset)
    except PyroblurError as error:
        return DataChoice(name, problem=failure_text(error))
    return DataChoice(name, train, val, unlabelled=unlabelled)


def has_training() -> bool:
    """Whether a training can begin: the training part is installed, or there is a training pack."""
    return place.status().is_usable


def install_text() -> str:
    """Where no training pack can be made."""
    return tr("Training needs the training part of PyroBlur.") + " " + training_hint()


def network_label(name: str) -> str:
    """YOLO11l (large); a file by its name."""
    path = Path(name)
    if path.suffix:
        return path.name
    sizes = {"n": tr("nano"), "s": tr("small"), "m": tr("medium"), "l": tr("large"), "x": tr("largest")}
    size = sizes.get(name[-1:])
    shown = name.replace("yolo", "YOLO")
    return f"{shown} ({size})" if size else shown


def devices(gpus: Sequence[Gpu]) -> list[tuple[str, str]]:
    """(value, label) of what can be chosen on this machine."""
    found = [("auto", tr("Automatic")), ("cpu", "CPU")]
    found += [
        (str(number), tr("GPU {number}: {name}", number=number, name=gpu.name)) for number, gpu in enumerate(gpus)
    ]
    if len(gpus) > 1:
        found.append((",".join(str(number) for number in range(len(gpus))), tr("All {count} GPUs", count=len(gpus))))
    if sys.platform == "darwin":
        found.append(("mps", tr("Apple GPU")))
    return found


def weights_problem(model: str, *, is_pretrained: bool) -> str:
    """Why a training cannot start from this model, and what to do; empty where it can."""
    is_file = bool(Path(model).suffix)
    if Path(model).suffix in {".yaml", ".yml"}:
        if not Path(model).is_file():
            return tr("The file {file} is not there any more. Choose another one.", file=model)
        return tr("An architecture holds no trained weights: switch them off.") if is_pretrained else ""
    if is_file and not is_pretrained:
        return tr("A file holds trained weights: switch them on, or choose a network by its name.")
    if is_pretrained and not networks.weights_of(model).is_file():
        if is_file:
            return tr("The file {file} is not there any more. Choose another one.", file=model)
        return tr(
            "The trained weights of {network} are not on this computer. Download them, choose a .pt file, or switch "
            "trained weights off, which needs far more pictures.",
            network=network_label(model),
        )
    return ""
