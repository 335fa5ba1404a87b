"""What a look ahead advises when the device is too small. The GPU is made up: none is here to run out of memory."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from pyroblur_gui.core.errors import RunError
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.jobs.events import Event
from pyroblur_gui.training import fit, preflight
from pyroblur_gui.training.base import Base
from pyroblur_gui.training.devices import Devices
from pyroblur_gui.training.forecast import Forecast
from pyroblur_gui.training.metrics import Batch
from pyroblur_gui.training.recipes import recipe
from pyroblur_gui.training.spec import TrainSpec


class Quiet(Context):
    def emit(self, event: Event) -> None: ...

    def check_cancelled(self) -> None: ...


class MadeUpTrainer:
    """Trains at so many pictures a time as fit."""

    def __init__(self, batch: int, most: int, tell: object) -> None:
        self.batch_size, self._most, self._tell = batch, most, tell
        self.device = SimpleNamespace(type="cuda")
        self.model = SimpleNamespace(parameters=lambda: [SimpleNamespace(numel=lambda: 1000)])

    def train(self) -> None:
        if self.batch_size > self._most:
            message = "CUDA out of memory. Tried to allocate 2.00 GiB."
            raise RuntimeError(message)
        for number in range(1, 100):
            self._tell(
                Batch(
                    epoch=1, epochs=1, number=number, count=100, losses={"box_loss": 1.0},
                    pictures_s=self.batch_size * 10.0, seconds=number / 10, memory_bytes=self.batch_size * 2**28,
                )
            )  # fmt: skip


def look(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, most: int, batch: int = 16) -> Forecast:
    def prepare(_spec: TrainSpec, overrides: dict[str, object], *, batch: object, **_: object) -> MadeUpTrainer:
        return MadeUpTrainer(int(str(overrides["batch"])), most, batch)

    monkeypatch.setattr(fit, "prepare", prepare)
    monkeypatch.setattr(preflight, "devices_of", lambda _: Devices("0"))
    chosen = recipe("faces-plates")
    chosen = chosen.model_copy(update={"hyperparameters": chosen.hyperparameters.model_copy(update={"batch": batch})})
    spec = TrainSpec(run="trial", recipe=chosen, data="none", device="0")
    base = Base("yolo11l.yaml", is_pretrained=False)
    return preflight.forecast(
        spec, base=base, data=tmp_path / "data.yaml", validation_pictures=10, folder=tmp_path, context=Quiet()
    )


def test_a_batch_that_fits_needs_no_advice(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = look(monkeypatch, tmp_path, most=16)
    assert (found.batch, found.advice) == (16, ())
    assert found.memory_bytes == 16 * 2**28, "that of the GPU, not of the process"


def test_a_batch_that_does_not_fit_is_halved_until_it_does(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = look(monkeypatch, tmp_path, most=5)
    (advice,) = found.advice
    assert advice.text == "A batch of 16 does not fit into the device's memory; 4 does."
    assert advice.change == {"batch": 4}
    assert found.pictures_s == pytest.approx(40)


def test_a_model_that_does_not_fit_at_all_is_an_error_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(RunError, match="Not even a single picture") as caught:
        look(monkeypatch, tmp_path, most=0)
    assert "smaller model" in caught.value.hint
