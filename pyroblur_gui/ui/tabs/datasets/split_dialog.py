"""Asks how a data set is to be divided anew."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from pyroblur_gui.datasets.spec import SplitOptions, SplitSpec
from pyroblur_gui.ui.i18n import tr
from pyroblur_gui.ui.look import Space
from pyroblur_gui.ui.tabs.datasets.split_shares import SplitShares
from pyroblur_gui.ui.widgets.inputs import SpinBox

WIDTH = 480


class SplitDialog(QDialog):
    """Emits what is wanted and closes. Deleted when closed."""

    wanted = Signal(SplitSpec)

    def __init__(
        self,
        name: str,
        *,
        pictures: int | None = None,
        options: SplitOptions | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """pictures: how many the data set has, where that is known. options: how it is split now."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Split “{name}”", name=name))
        self._name = name
        usual = options or SplitOptions()
        text = QLabel(
            tr(
                "Every picture is put anew into one of three parts. Each class is spread evenly over them, and "
                "pictures that look nearly the same stay together, so that the test measures what the model has not "
                "seen."
            )
        )
        text.setWordWrap(True)
        self.shares = SplitShares(usual.ratios, pictures=pictures)
        self.seed = SpinBox()
        self.seed.setRange(0, 2**31 - 1)
        self.seed.setValue(usual.seed)
        self.seed.setAccessibleName(tr("Seed"))
        self.seed.setToolTip(tr("The same seed makes the same split again."))
        label = QLabel(tr("Seed"))
        label.setBuddy(self.seed)
        row = QHBoxLayout()
        row.setSpacing(Space.M)
        row.addWidget(label)
        row.addWidget(self.seed)
        row.addStretch()
        buttons = QDialogButtonBox()
        self.split_button = buttons.addButton(tr("&Split"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.split_button.setProperty("look", "primary")
        buttons.addButton(tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        for button in buttons.buttons():
            button.setAccessibleName(button.text().replace("&", ""))
        buttons.accepted.connect(self._accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.L)
        column.setSpacing(Space.XL)
        column.addWidget(text)
        column.addWidget(self.shares)
        column.addLayout(row)
        column.addStretch()
        column.addWidget(buttons)
        self.setMinimumWidth(WIDTH)

    def _accept(self) -> None:
        self.wanted.emit(
            SplitSpec(name=self._name, options=SplitOptions(ratios=self.shares.value(), seed=self.seed.value()))
        )
        self.accept()
