"""Forms are made from the models: every field has a control, and what a control says is what the model gets."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from pyroblur_gui.blurring.spec import BlurOptions
from pyroblur_gui.core.settings import Settings
from pyroblur_gui.models import catalogue
from pyroblur_gui.ui.dialogs.settings import DEFAULT_FIELDS, SettingsDialog
from pyroblur_gui.ui.fields import Widget, plan_fields
from pyroblur_gui.ui.state import differences, options_from
from pyroblur_gui.ui.tabs.blur.actions import BlurActions
from pyroblur_gui.ui.tabs.blur.options_panel import OptionsPanel

OTHER = BlurOptions(
    model="fast", classes=("face",), confidence={"face": 0.35}, every=3, tiling="on", engine="onnxruntime",
    device="cuda", precision="f32", fill_gap_s=1.5, extend_s=0.4, style="solid", color="#12ab34", shape="box",
    margin=15.0, feather=20.0, preset="slow", crf=28, encoder="libx265", image_quality=80, audio="drop",
    keep_metadata=("title", "creation_time"), verify="full", report=True,
)  # fmt: skip


@pytest.fixture
def panel(qtbot: QtBot) -> Iterator[OptionsPanel]:
    owner = QWidget()
    qtbot.addWidget(owner)
    panel = OptionsPanel(BlurActions(owner), catalogue.entries(), owner)
    yield panel
    del owner  # kept until here: the panel is its child


def test_every_option_has_a_control_that_shows_and_gives_back_its_value(panel: OptionsPanel) -> None:
    for plan in plan_fields(BlurOptions):
        name = "classes" if plan.widget is Widget.CLASSES else plan.name
        assert panel.form.control(name).widget.toolTip() == ("" if name == "classes" else plan.help)
    panel.show_options(OTHER)
    assert BlurOptions(**panel.form.value()) == OTHER
    panel.show_options(BlurOptions())
    assert BlurOptions(**panel.form.value()) == BlurOptions()


def test_every_option_changed_by_its_control_reaches_the_options(panel: OptionsPanel) -> None:
    told: list[BlurOptions] = []
    panel.options_changed.connect(told.append)
    for plan in plan_fields(BlurOptions):
        if plan.widget is Widget.CLASSES:
            continue
        control = panel.form.control(plan.name)
        control._write(getattr(OTHER, plan.name))  # as the user's hand does: signals are not blocked
        control.changed.emit()
        assert getattr(told[-1], plan.name) == getattr(OTHER, plan.name)


def test_showing_options_tells_nobody(panel: OptionsPanel) -> None:
    told: list[BlurOptions] = []
    panel.options_changed.connect(told.append)
    panel.show_options(OTHER)
    assert told == []


def test_what_is_not_valid_is_said_and_changes_nothing(panel: OptionsPanel) -> None:
    told: list[BlurOptions] = []
    panel.options_changed.connect(told.append)
    control = panel.form.control("device")
    control._write("toaster")
    control.changed.emit()
    assert told == []
    assert panel._problem.isVisibleTo(panel)
    assert "Device" in panel._problem.text()


def test_reset_goes_back_to_the_defaults_of_the_settings(panel: OptionsPanel) -> None:
    usual = BlurOptions(verify="full")
    panel.set_defaults(usual)
    panel.show_options(OTHER)
    told: list[BlurOptions] = []
    panel.options_changed.connect(told.append)
    QTest.mouseClick(panel.reset_button, Qt.MouseButton.LeftButton)
    assert told == [usual]
    assert not panel.reset_button.isEnabled()


def test_the_threshold_is_the_models_own_until_the_slider_moves(panel: OptionsPanel) -> None:
    panel.thresholds_known({"face": 0.42, "license_plate": 0.1})
    row = next(row for row in panel.form.control("classes").widget.rows() if row.name == "face")
    assert row.confidence() is None
    assert row._slider.value() == 42
    QTest.keyClick(row._slider, Qt.Key.Key_Right)
    assert BlurOptions(**panel.form.value()).confidence == {"face": 0.43}
    row._reset.click()
    assert BlurOptions(**panel.form.value()).confidence == {}


def test_another_model_brings_its_own_classes(panel: OptionsPanel) -> None:
    told: list[BlurOptions] = []
    panel.options_changed.connect(told.append)
    control = panel.form.control("model")
    labels = [control.widget.itemText(row) for row in range(control.widget.count())]
    assert labels[:2] == ["Thorough", "Fast"]
    control._write("centerface")
    control.changed.emit()
    assert (told[-1].model, told[-1].classes) == ("centerface", ("face",))
    control._write("thorough")
    control.changed.emit()
    assert told[-1].classes == ("face", "license_plate")


def test_an_onnx_file_may_be_the_model(panel: OptionsPanel, tmp_path: Path) -> None:
    told: list[BlurOptions] = []
    panel.options_changed.connect(told.append)
    panel.models._take(str(tmp_path / "mine.onnx"))
    assert told[-1].model == str(tmp_path / "mine.onnx")


def test_the_last_class_cannot_be_switched_off(panel: OptionsPanel) -> None:
    faces, plates = panel.form.control("classes").widget.rows()
    plates._switch.click()
    assert BlurOptions(**panel.form.value()).classes == ("face",)
    faces._switch.click()
    assert BlurOptions(**panel.form.value()).classes == ("face",)


def test_the_settings_dialog_gives_back_what_it_was_given_and_what_was_changed(qtbot: QtBot) -> None:
    settings = Settings(name_pattern="x-{stem}.{ext}", blur_defaults={"verify": "full"}, from_later=7)
    dialog = SettingsDialog(settings)
    saved: list[Settings] = []
    dialog.saved.connect(saved.append)
    dialog.defaults_form.control("report").widget.setChecked(True)
    dialog.form.control("scheme").widget.set_value("dark")
    dialog._accept()
    assert saved == [
        settings.model_copy(update={"scheme": "dark", "blur_defaults": {"verify": "full", "report": True}})
    ]
    assert set(DEFAULT_FIELDS) == {plan for plan in DEFAULT_FIELDS if dialog.defaults_form.control(plan) is not None}


def test_a_bad_pattern_keeps_the_dialog_open(qtbot: QtBot) -> None:
    dialog = SettingsDialog(Settings())
    qtbot.addWidget(dialog)
    saved: list[Settings] = []
    dialog.saved.connect(saved.append)
    dialog.form.control("name_pattern").set_value("same-for-all.{ext}")
    dialog._accept()
    assert saved == []
    assert "{stem}" in dialog._problem.text()


def test_options_are_kept_as_what_differs_and_survive_values_of_another_version() -> None:
    kept = differences(OTHER, BlurOptions())
    assert options_from(kept, BlurOptions()) == OTHER
    assert options_from({"crf": 99, "gone": 1, "style": "solid"}, BlurOptions()) == BlurOptions(style="solid")


def test_the_tracking_address_is_checked_and_the_variable_is_said_to_win(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:5001")
    dialog = SettingsDialog(Settings())
    qtbot.addWidget(dialog)
    saved: list[Settings] = []
    dialog.saved.connect(saved.append)
    assert "runs are kept in http://127.0.0.1:5001" in dialog.tracking_note.text()
    field = dialog.form.control("tracking_address")
    assert field.widget.placeholderText() == "In PyroBlur's own folder"
    field.set_value("runs.example.org")
    dialog._accept()
    assert saved == []
    assert "is no tracking address" in dialog._problem.text()
    field.set_value("http://runs.example.org:5000")
    dialog._accept()
    assert [each.tracking_address for each in saved] == ["http://runs.example.org:5000"]
