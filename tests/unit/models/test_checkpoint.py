"""A checkpoint is a pickle: what would run code is refused, does not run, and leaves nothing behind."""

import io
import os
import pickle
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from pyroblur_gui.core.errors import ModelError, UnsafeModelError
from pyroblur_gui.core.paths import folders
from pyroblur_gui.models import store
from pyroblur_gui.models.export import import_checkpoint

pytest.importorskip("torch")
pytestmark = pytest.mark.usefixtures("ultralytics_package")

Attack = Callable[[Path, Path], None]  # writes a checkpoint; its second argument is the file that it makes when it runs


class Payload:
    """What a pickle calls when it is loaded without care."""

    def __init__(self, function: Any, *arguments: object) -> None:
        self._call = (function, arguments)

    def __reduce__(self) -> Any:
        return self._call


def command(mark: Path) -> str:
    return f'"{sys.executable}" -c "open({str(mark)!r}, chr(119)).close()"'


def zip_checkpoint(target: Path, content: bytes) -> None:
    """The format that torch.save writes, around any pickle."""
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("archive/data.pkl", content)
        archive.writestr("archive/byteorder", "little")
        archive.writestr("archive/version", "3\n")


def system_call(target: Path, mark: Path) -> None:
    """os.system in the pickle of a checkpoint that torch wrote, beside harmless values."""
    import_module("torch").save({"epoch": 3, "model": Payload(os.system, command(mark))}, target)


def getattr_chain(target: Path, mark: Path) -> None:
    """No forbidden name in sight: built-ins fetch what they need from each other."""
    code = f"c__builtin__\ngetattr\n(c__builtin__\n__import__\n(S'io'\ntRS'open'\ntR(S{str(mark)!r}\nS'w'\ntR."
    zip_checkpoint(target, code.encode())


def nested_in_a_tensor(target: Path, mark: Path) -> None:
    """Through a function that torch allows, which calls what it is given."""
    torch = import_module("torch")
    inner = Payload(os.system, command(mark))
    rebuild = Payload(torch._tensor._rebuild_from_type_v2, inner, torch.Tensor, (), {})
    zip_checkpoint(target, pickle.dumps({"model": OrderedDict(weights=rebuild)}, protocol=2))


def old_pickle(target: Path, mark: Path) -> None:
    """torch's format before the zip: pickles one after the other."""
    torch = import_module("torch")
    torch.save({"model": Payload(os.system, command(mark))}, target, _use_new_zipfile_serialization=False)


def old_tar(target: Path, mark: Path) -> None:
    """The oldest format: a tar of pickles."""
    with tarfile.open(target, "w") as archive:
        for name in ("sys_info", "pickle", "storages", "tensors"):
            content = pickle.dumps(Payload(os.system, command(mark)), protocol=2)
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))


def configuration(target: Path, mark: Path) -> None:
    """Only allowed names: the model's own class is called with a configuration, whose text it evaluates."""
    tasks = import_module("ultralytics.nn.tasks")
    text = f"__import__('io').open({str(mark)!r}, 'w')"
    structure = {"nc": 1, "activation": text, "backbone": [[-1, 1, "Conv", [8, 3, 2]]], "head": [], "scale": "n"}
    zip_checkpoint(target, pickle.dumps({"model": Payload(tasks.DetectionModel, structure)}, protocol=2))


ATTACKS = [system_call, getattr_chain, nested_in_a_tensor, old_pickle, old_tar, configuration]
CARELESS = """
import sys, pickle, zipfile, tarfile
from pathlib import Path
source, kind = sys.argv[1:]
if kind == "old_tar":
    with tarfile.open(source) as archive:
        pickle.load(archive.extractfile("pickle"))
elif kind == "old_pickle":
    import torch
    torch.load(source, weights_only=False)
elif kind == "configuration":
    import torch
    from ultralytics.nn.tasks import DetectionModel
    torch.serialization.add_safe_globals([DetectionModel])
    torch.load(source, weights_only=True)
else:
    with zipfile.ZipFile(source) as archive:
        name = next(each for each in archive.namelist() if each.endswith("data.pkl"))
        pickle.loads(archive.read(name))
"""


@pytest.fixture
def _own_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))


@pytest.mark.usefixtures("_own_temporary_folder", "ultralytics_package")
@pytest.mark.parametrize("attack", ATTACKS)
def test_a_malicious_checkpoint_is_refused_and_leaves_no_trace(attack: Attack, tmp_path: Path) -> None:
    source, mark = tmp_path / "evil.pt", tmp_path / "ran"
    attack(source, mark)
    with pytest.raises(UnsafeModelError, match="was refused") as failure:
        import_checkpoint(source)
    assert failure.value.path == source
    assert failure.value.hint
    assert not mark.exists()
    assert store.names() == ()
    assert not folders().models.exists()
    assert list((tmp_path / "temporary").iterdir()) == []


@pytest.mark.usefixtures("ultralytics_package")
@pytest.mark.parametrize("attack", ATTACKS)
def test_the_same_checkpoint_runs_when_it_is_loaded_without_care(attack: Attack, tmp_path: Path) -> None:
    """Or the test above would prove nothing."""
    source, mark = tmp_path / "evil.pt", tmp_path / "ran"
    attack(source, mark)
    careless = {name: value for name, value in os.environ.items() if not name.startswith("ULTRALYTICS")}
    command = [sys.executable, "-c", CARELESS, str(source), attack.__name__]
    subprocess.run(command, env=careless, capture_output=True, check=False)
    assert mark.exists()


@pytest.mark.usefixtures("ultralytics_package")
def test_names_that_others_allowed_do_not_count(tmp_path: Path, untrained_checkpoint: Path) -> None:
    """torch keeps one list for the whole process; Ultralytics' own safe loading adds its classes to it."""
    torch = import_module("torch")
    source, mark = tmp_path / "evil.pt", tmp_path / "ran"
    configuration(source, mark)
    model_class = import_module("ultralytics.nn.tasks").DetectionModel
    checkpoint = import_module("pyroblur_gui.models.checkpoint")
    with torch.serialization.safe_globals([model_class]):
        with pytest.raises(UnsafeModelError):
            checkpoint.load_module(source)
        checkpoint.load_module(untrained_checkpoint)
        assert model_class in torch.serialization.get_safe_globals()
    assert not mark.exists()


@pytest.mark.parametrize("change", ["hook", "method"])
def test_a_model_that_brings_behaviour_is_refused(change: str, tmp_path: Path, untrained_checkpoint: Path) -> None:
    """Data that torch would call: a hook, and a module in place of a method."""
    torch = import_module("torch")
    content = torch.load(untrained_checkpoint, weights_only=False)
    layer = content["model" if content["model"] is not None else "ema"].model[0]
    if change == "hook":
        layer.register_forward_hook(torch.nn.Identity())
    else:
        vars(layer)["forward"] = torch.nn.Identity()
    torch.save(content, tmp_path / "changed.pt")
    with pytest.raises(UnsafeModelError, match="hooks into" if change == "hook" else "replaces the method forward"):
        import_checkpoint(tmp_path / "changed.pt")


def test_other_files_are_named_as_what_they_are_not(tmp_path: Path, pictures: dict[str, Path]) -> None:
    torch = import_module("torch")
    cut = tmp_path / "cut.pt"
    torch.save({"model": torch.zeros(1000)}, cut)
    cut.write_bytes(cut.read_bytes()[:2000])
    empty = tmp_path / "empty.pt"
    empty.touch()
    picture = tmp_path / "picture.pt"
    picture.write_bytes(pictures["bus"].read_bytes())
    weights = tmp_path / "weights.pt"
    torch.save({"0.weight": torch.zeros(3)}, weights)
    for path in (cut, empty, picture, weights, tmp_path / "gone.pt"):
        with pytest.raises(ModelError, match=path.name) as failure:
            import_checkpoint(path)
        assert not isinstance(failure.value, UnsafeModelError)
    assert store.names() == ()
