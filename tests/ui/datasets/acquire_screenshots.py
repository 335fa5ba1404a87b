# ruff: noqa: T201, ASYNC110, ASYNC240, S311 - a script that says how far it is, and draws lots for a picture
"""Takes pictures of the real window while data sets are got: python tests/ui/datasets/acquire_screenshots.py FOLDER

As tests/ui/screenshots.py does: the program itself under Xvfb, light and dark, at 1x and 2x. Downloads come from a
local server. Look at what it makes; a test cannot.
"""

import argparse
import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

REPOSITORY = Path(__file__).parents[3]
LOOKS = [(scheme, scale) for scheme in ("light", "dark") for scale in (1, 2)]
SIZE = (1320, 840)
KEPT = (
    "datasets-source-light-1x", "datasets-key-dark-1x", "datasets-import-light-2x", "datasets-export-dark-1x",
    "datasets-split-light-1x", "datasets-work-light-1x", "datasets-charts-light-1x", "datasets-charts-dark-2x",
    "datasets-suggest-dark-1x",
)  # fmt: skip
WIDEST = 1600


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--look", action="append", default=[], help="e.g. dark-2x")
    parser.add_argument("--docs", type=Path, help="copy a choice of them here, small enough to be kept")
    parser.add_argument("--inside", default="", help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.inside:
        return take(wanted.folder, wanted.inside)
    wanted.folder.mkdir(parents=True, exist_ok=True)
    worst = 0
    for scheme, scale in LOOKS:
        look = f"{scheme}-{scale}x"
        if wanted.look and look not in wanted.look:
            continue
        with tempfile.TemporaryDirectory(prefix="pyroblur-shots-") as home:
            screen = f"-screen 0 {SIZE[0] * scale}x{SIZE[1] * scale}x24"
            command = ["xvfb-run", "-a", "-s", screen, sys.executable, __file__, str(wanted.folder), "--inside", look]
            environment = {
                **os.environ, "PYROBLUR_HOME": home, "QT_SCALE_FACTOR": str(scale), "QT_QPA_PLATFORM": "xcb",
                "PYTHONPATH": os.pathsep.join(map(str, (REPOSITORY, REPOSITORY / "tests"))),
                "PYTHON_KEYRING_BACKEND": "file_keyring.FileKeyring", "PYROBLUR_TEST_KEYRING": f"{home}/keyring",
            }  # fmt: skip
            worst = max(worst, subprocess.run(command, env=environment, check=False).returncode)
    if wanted.docs:
        keep(wanted.folder, wanted.docs)
    return worst


def keep(folder: Path, docs: Path) -> None:
    from PIL import Image

    docs.mkdir(parents=True, exist_ok=True)
    for name in KEPT:
        picture = Image.open(folder / f"{name}.png").convert("RGB")
        picture.thumbnail((WIDEST, WIDEST), Image.Resampling.LANCZOS)
        picture.save(docs / f"{name}.webp", quality=86, method=6)


def take(folder: Path, look: str) -> int:
    import qasync
    import trustme

    from pyroblur_gui.ui.app import make_application
    from pyroblur_gui.ui.session import Session
    from tests.server import Server

    with tempfile.TemporaryDirectory(prefix="pyroblur-media-") as media, Server(authority=trustme.CA()) as server:
        os.environ.update(server.environment(Path(media) / "ca.pem"))
        application = make_application()
        loop = qasync.QEventLoop(application)
        asyncio.set_event_loop(loop)
        with loop:
            loop.run_until_complete(Camera(Session(application), server, folder, look, Path(media)).run())
    return 0


class Camera:
    """Drives one session through the scenes."""

    def __init__(self, session, server, folder: Path, look: str, media: Path) -> None:
        self.session, self.server, self.folder, self.look, self.media = session, server, folder, look, media

    async def run(self) -> None:
        from pyroblur_gui.core.settings import ColorScheme

        self.window = self.session.open()
        self.session._theme.use(ColorScheme(self.look.partition("-")[0]))
        self.window.resize(*SIZE)
        self.client = self.session.connect_jobs()
        self.tab = self.window.datasets
        self.window._tabs.setCurrentIndex(1)
        for scene in (self.sources, self.import_, self.small, self.work, self.charts):
            print(self.look, scene.__name__, flush=True)
            await scene()
        self.window.close_at_once()
        await self.session.close()

    async def sources(self) -> None:
        from pyroblur_gui.ui.tabs.datasets.source_dialog import SourceDialog
        from pyroblur_gui.ui.tabs.datasets.source_key import KeyDialog

        dialog = SourceDialog(parent=self.window)
        dialog.details.accept_box.setChecked(True)
        await self.shoot("source", dialog)
        dialog.details.form.advanced.set_open(True)
        dialog.details.verticalScrollBar().setValue(10_000)
        await self.shoot("source_open", dialog)
        dialog.cards.choose("roboflow")
        dialog.details.key.edit.setText("rf0123456789")
        await self.shoot("key", dialog)
        dialog.cards.choose(list(dialog.cards.cards)[-1])
        await self.shoot("source_last", dialog, ends=True)
        await self.shoot("key_again", KeyDialog("roboflow", self.window), ends=True)

    async def import_(self) -> None:
        from pyroblur_gui.ui.tabs.datasets.import_dialog import ImportDialog
        from tests.small_sets import yolo_folder

        first = yolo_folder(self.media / "holiday photos", 60, names=("person face", "plate", "dog", "bicycle"))
        (first / "data.yaml").write_text((first / "data.yaml").read_text() + "download: https://example.org/get.py\n")
        dialog = ImportDialog(self.client, parent=self.window)
        await self.shoot("import_empty", dialog)
        (self.media / "letters").mkdir()
        (self.media / "letters" / "dear.doc").write_text("x")
        dialog.add([first, self.media / "letters"])
        dialog.open()
        while any(place.is_looking for place in dialog.presenter.places()):
            await asyncio.sleep(0.05)
        await self.shoot("import_failed", dialog)
        dialog._remove(self.media / "letters")
        combo = dialog.classes.combos["person face"]
        combo.setCurrentIndex(0)
        combo.activated.emit(0)
        await self.shoot("import", dialog)
        dialog.options.form.advanced.set_open(True)
        await asyncio.sleep(0.1)
        from PySide6.QtWidgets import QScrollArea

        dialog.findChild(QScrollArea).verticalScrollBar().setValue(10_000)
        await self.shoot("import_open", dialog)
        dialog.wanted.connect(self.tab.work.start)
        dialog._accept()

    async def small(self) -> None:
        from pyroblur_gui.ui.tabs.datasets.export_dialog import ExportDialog
        from pyroblur_gui.ui.tabs.datasets.split_dialog import SplitDialog
        from pyroblur_gui.ui.tabs.datasets.suggest_dialog import SuggestDialog

        name = "holiday photos"
        export = ExportDialog(name, folder=self.media, parent=self.window)
        await self.shoot("export", export, ends=True)
        await self.shoot("split", SplitDialog(name, pictures=1204, parent=self.window), ends=True)
        classes = ("license_plate",)
        await self.shoot("suggest", SuggestDialog(name, classes=classes, parent=self.window), ends=True)

    async def work(self) -> None:
        import keyring

        from pyroblur_gui.datasets.spec import DownloadSpec, SourceOptions
        from tests.server import Always, Slow, Status
        from tests.small_sets import yolo_folder

        keyring.set_password("PyroBlur", "roboflow", "rf0123456789")
        api = "/roboflow-universe-projects/license-plate-recognition-rxg4e/{}/yolov11"
        link = {"export": {"link": "https://storage.example/plates.zip?signature=secret"}}
        folder = yolo_folder(self.media / "export", 40, names=("License_Plate",))
        archive = Path(shutil.make_archive(str(self.media / "plates"), "zip", folder))
        self.server.put(api.format(11), json.dumps(link).encode(), kind="application/json")
        self.server.put(api.format(4), b"", Always(Status(401)))
        self.server.put("/plates.zip", archive.read_bytes(), Always(Slow(piece=700, every_s=0.05)))
        while not any("Done" in row.text for row in self.tab.work.rows()):
            await asyncio.sleep(0.05)
        for name, version in (("old-plates", 4), ("plates", 11)):
            options = SourceOptions(version=version)
            self.tab.work.start(DownloadSpec(source="roboflow", name=name, options=options, has_accepted=True))
        for _ in range(400):
            texts = [row.text for row in self.tab.work.rows()]
            if any("did not accept" in text for text in texts) and any("left" in text for text in texts):
                break
            await asyncio.sleep(0.05)
        await self.shoot("work")
        self.server.resources["/plates.zip"].faults.clear()
        running = next(row for row in self.tab.work.rows() if row.cancel_button.isVisible())
        running.cancel_button.click()
        await asyncio.sleep(0.5)

    async def charts(self) -> None:
        import random

        from pyroblur_gui.datasets.dataset import Box, Dataset, Picture, Provenance
        from pyroblur_gui.datasets.sample import Split
        from pyroblur_gui.datasets.store import folder_of
        from pyroblur_gui.ui.tabs.datasets.charts_panel import ChartsPanel

        dice = random.Random(1)
        dataset = Dataset.create(folder_of("street"), name="street", classes=("face", "license_plate"))
        dataset.add_provenance(Provenance("folder", "street", "our own"))
        rows = []
        for number in range(2000):
            boxes = []
            for _ in range(dice.choice((0, 1, 1, 2, 3, 5, 9))):
                label, width = dice.choice((0, 0, 1)), min(0.4, dice.lognormvariate(-3, 0.8))
                height = width * (dice.gauss(2.1, 0.2) if label == 0 else dice.gauss(0.5, 0.08))
                x, y = dice.gauss(0.5, 0.18), dice.gauss(0.38 if label == 0 else 0.62, 0.12)
                boxes.append(Box(label, x - width / 2, y - height / 2, x + width / 2, y + height / 2))
            split = dice.choices((Split.TRAIN, Split.VAL, Split.TEST), (7, 2, 1))[0]
            rows.append(
                Picture(0, f"{number}.jpg", str(number), 1, 1280, 720, 1, str(number), None, split,
                        frozenset({0, 1}), tuple(boxes))
            )  # fmt: skip
        dataset.add(rows)
        panel = ChartsPanel(dataset)
        panel.resize(1032, 800)
        panel.show()
        while panel.message:
            await asyncio.sleep(0.05)
        await self.shoot("charts", panel)
        panel.cancel()
        panel.close()
        dataset.close()

    async def shoot(self, name: str, widget=None, *, ends: bool = False) -> None:
        shown = widget or self.window
        if widget is not None and not widget.isVisible():
            widget.show()
        await asyncio.sleep(0.5)
        shown.grab().save(str(self.folder / f"datasets-{name}-{self.look}.png"))
        if ends:
            shown.close()
            await asyncio.sleep(0.1)


if __name__ == "__main__":
    sys.exit(main())
