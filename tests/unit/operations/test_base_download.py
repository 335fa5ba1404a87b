"""Published weights come over https from a real local server, as GitHub serves them, with all that can go wrong."""

import hashlib
import os
import pickle
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from listening import Listener
from server import Always, Cut, Server, Slow, redirect, serving

from pyroblur_gui.core.errors import (
    AccessError,
    JobCancelledError,
    ModelError,
    NetworkError,
    SourceError,
    UnsafeModelError,
)
from pyroblur_gui.models import bases
from pyroblur_gui.net import download
from pyroblur_gui.operations import base_download
from pyroblur_gui.operations.spec import BaseDownloadSpec
from pyroblur_gui.training.base import base_of
from pyroblur_gui.training.recipes import recipe

ASSET = "/ultralytics/assets/releases/download/v8.4.0/yolo11n.pt"
STORED = "/github-production-release-asset/1/2"
WANTED = BaseDownloadSpec(name="yolo11n", has_accepted=True)

pytestmark = pytest.mark.usefixtures("ultralytics_package")


@pytest.fixture(scope="module")
def weights(ultralytics_package: object, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A whole yolo11n, as Ultralytics writes one at the end of a training."""
    import numpy as np
    import torch
    from ultralytics.nn.tasks import DetectionModel

    path = tmp_path_factory.mktemp("published") / "yolo11n.pt"
    model = DetectionModel("yolo11n.yaml", verbose=False).half()
    content = {
        "date": "2024-09-30", "version": "8.3.0", "model": model, "ema": None, "optimizer": None,
        "train_args": {"imgsz": 640, "project": Path("runs")}, "train_metrics": {"fitness": np.float64(0.39)},
    }  # fmt: skip
    torch.save(content, path)
    return path.read_bytes()


@pytest.fixture
def github(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Stands in for github.com and where it redirects to, with certificates of an authority that is trusted."""
    with serving(authority=trustme.CA()) as server:
        for name, value in server.environment(tmp_path / "authority.pem").items():
            monkeypatch.setenv(name, value)
        quick = download.Patience(retries=2, first_wait_s=0.01, longest_wait_s=0.05, timeout_s=5)
        monkeypatch.setattr(download, "Patience", lambda: quick)
        server.put(ASSET, b"", Always(redirect(f"https://release-assets.githubusercontent.com{STORED}?sig=secret")))
        yield server


def test_weights_come_by_a_redirect_and_are_what_a_training_starts_from(github: Server, weights: bytes) -> None:
    github.put(STORED, weights)
    context = Listener()
    result = base_download.run(WANTED, context)
    digest = hashlib.sha256(weights).hexdigest()
    assert (result["sha256"], result["size_bytes"]) == (digest, len(weights))
    assert Path(str(result["path"])).read_bytes() == weights
    assert digest in "\n".join(event.text for event in context.of_type("log"))
    assert {event.unit for event in context.of_type("progress")} == {"bytes"}
    assert [request.host for request in github.requests] == ["github.com", "release-assets.githubusercontent.com"]
    assert "secret" not in "\n".join(map(repr, context.events))
    base = base_of(recipe("quick"))
    assert (base.is_pretrained, base.sha256) == (True, digest)
    assert base_download.run(WANTED, Listener())["sha256"] == digest  # it is there: nothing is asked for again
    assert len(github.requests) == 2


def test_nothing_is_fetched_without_consent(github: Server) -> None:
    with pytest.raises(AccessError, match="Nobody agreed") as failure:
        base_download.run(BaseDownloadSpec(name="yolo11n"), Listener())
    assert "models download yolo11n --yes" in failure.value.hint
    assert github.requests == []
    with pytest.raises(ModelError, match="No trained weights"):
        base_download.run(BaseDownloadSpec(name="resnet18", has_accepted=True), Listener())


def test_another_file_later_is_refused_and_the_first_one_named(github: Server, weights: bytes) -> None:
    github.put(STORED, weights)
    path = Path(str(base_download.run(WANTED, Listener())["path"]))
    path.unlink()
    github.put(STORED, weights + b"\0")
    with pytest.raises(ModelError, match="not those that were downloaded first") as failure:
        base_download.run(WANTED, Listener())
    assert hashlib.sha256(weights).hexdigest() in failure.value.message
    assert not path.exists()
    path.write_bytes(weights + b"\0")  # nor is one that was put there taken for it
    with pytest.raises(ModelError, match="not those that were downloaded first"):
        base_of(recipe("quick"))


def test_an_unknown_certificate_is_not_talked_to(
    github: Server, weights: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    github.put(STORED, weights)
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "other.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "other.pem"))
    with pytest.raises(NetworkError, match=r"certificate of github\.com"):
        base_download.run(WANTED, Listener())
    assert github.requests == []
    assert not bases.weights_of("yolo11n").exists()


def test_a_file_that_ends_early_is_fetched_to_its_end_or_refused(github: Server, weights: bytes) -> None:
    github.put(STORED, weights, Cut(after=1_000_000))
    assert base_download.run(WANTED, Listener())["size_bytes"] == len(weights)
    assert github.asked(STORED)[-1].headers["Range"].startswith("bytes=")
    bases.weights_of("yolo11n").unlink()
    (bases.folder() / bases.CHECKSUMS_FILE).unlink()
    github.put(STORED, weights[:-70_000], tells_length=False)
    with pytest.raises(ModelError, match="cannot be read as a checkpoint"):
        base_download.run(WANTED, Listener())
    assert _left() == []


def test_a_web_page_is_no_checkpoint(github: Server) -> None:
    github.put(STORED, b"<!DOCTYPE html><html>Sign in</html>", kind="text/html")
    with pytest.raises(SourceError, match=r"a web page instead of yolo11n\.pt"):
        base_download.run(WANTED, Listener())
    assert _left() == []


def test_a_checkpoint_that_would_run_code_is_refused_and_deleted(github: Server, tmp_path: Path) -> None:
    mark = tmp_path / "ran"

    class Evil:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return os.system, (f"touch {mark}",)

    with zipfile.ZipFile(tmp_path / "evil.pt", "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps({"model": Evil()}, protocol=2))
        archive.writestr("archive/byteorder", "little")
        archive.writestr("archive/version", "3\n")
    github.put(STORED, (tmp_path / "evil.pt").read_bytes())
    with pytest.raises(UnsafeModelError, match="was refused"):
        base_download.run(WANTED, Listener())
    assert not mark.exists()
    assert _left() == []


def test_another_network_under_the_name_is_refused(github: Server, weights: bytes) -> None:
    github.put("/ultralytics/assets/releases/download/v8.4.0/yolo11s.pt", weights)
    with pytest.raises(ModelError, match="another network than yolo11s"):
        base_download.run(BaseDownloadSpec(name="yolo11s", has_accepted=True), Listener())
    assert _left() == []


def test_a_cancelled_download_goes_on_where_it_stopped(github: Server, weights: bytes) -> None:
    github.put(STORED, weights, Slow(piece=200_000, every_s=0.02))
    context, part = Listener(), bases.folder() / base_download.INCOMING / "yolo11n.pt.part"

    def cancel(_count: int) -> None:
        if part.is_file() and part.stat().st_size > 400_000:
            raise JobCancelledError

    context.on_check = cancel
    with pytest.raises(JobCancelledError):
        base_download.run(WANTED, context)
    assert 400_000 < part.stat().st_size < len(weights)
    assert base_download.run(WANTED, Listener())["size_bytes"] == len(weights)
    assert github.asked(STORED)[-1].headers["Range"].startswith("bytes=")


def test_damaged_bytes_are_no_checkpoint(github: Server, weights: bytes) -> None:
    github.put(STORED, bytes(len(weights)))
    with pytest.raises(ModelError):
        base_download.run(WANTED, Listener())
    assert _left() == []


def _left() -> list[str]:
    return [path.name for path in bases.folder().rglob("*") if path.suffix in {".pt", ".part", ".json"}]
