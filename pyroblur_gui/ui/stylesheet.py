"""The style sheet over Fusion: flat panels, quiet controls, one filled button. Made anew from a set of tokens.

Controls are told apart by the property "look" (primary, quiet, danger ...), set in widgets; focus shows only as a ring
in the accent, of the same width as the border it replaces, so that nothing moves.
"""

from string import Template

from pyroblur_gui.ui.look import CONTROL_HEIGHT, RADIUS, Tokens

_SHEET = Template("""
QMainWindow { background: $window; }
QDialog { background: $surface; }
QWidget[look="panel"] { background: $surface; }
QWidget[look="sunken"] { background: $sunken; }
QScrollArea, QScrollArea > QWidget > QWidget[look="panel"] { background: $surface; border: none; }
QLabel { background: transparent; }
QLabel[look="muted"], QLabel[look="caption"] { color: $muted; }
QLabel[look="accent"] { color: $accent_text; }
QLabel[look="danger"] { color: $danger; }
QLabel[look="warning"] { color: $warning; }
QFrame[look="line"] { background: $border; border: none; max-height: 1px; min-height: 1px; }
QSplitter::handle { background: $border; }
QSplitter::handle:hover { background: $accent; }
QToolTip { background: $raised; color: $text; border: 1px solid $control; padding: 5px 8px; }

QMenuBar { background: $surface; border-bottom: 1px solid $border; padding: 2px 8px; }
QMenuBar::item { padding: 5px 10px; border-radius: 4px; background: transparent; color: $text; }
QMenuBar::item:selected, QMenuBar::item:pressed { background: $hover; }
QMenu { background: $raised; border: 1px solid $control; padding: 5px; }
QMenu::item { padding: 6px 26px 6px 10px; border-radius: 4px; color: $text; }
QMenu::item:selected { background: $hover; }
QMenu::item:disabled { color: $disabled; background: transparent; }
QMenu::icon { padding-left: 8px; }
QMenu::separator { height: 1px; background: $border; margin: 5px 6px; }
QWidget[look="status"] { background: $surface; border-top: 1px solid $border; }
QProgressBar { background: $control; border: none; border-radius: 3px; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }

QPushButton { background: $raised; color: $text; border: 1px solid $control; border-radius: ${radius}px;
  padding: 0 14px; min-height: ${inner}px; }
QPushButton:hover { background: $hover; }
QPushButton:pressed { background: $border; }
QPushButton:disabled { color: $disabled; border-color: $border; background: $surface; }
QPushButton:focus { border-color: $accent_text; }
QPushButton[look="primary"] { background: $accent; color: $on_accent; border-color: $accent; font-weight: 600; }
QPushButton[look="primary"]:hover { background: $accent_hover; border-color: $accent_hover; }
QPushButton[look="primary"]:pressed { background: $accent_pressed; }
QPushButton[look="primary"]:disabled { background: $hover; color: $disabled; border-color: $border; }
QPushButton[look="primary"]:focus { border: 2px solid $text; padding: 0 13px; min-height: ${inner_focus}px; }
QPushButton[look="quiet"] { background: transparent; border-color: transparent; padding: 0 10px; }
QPushButton[look="quiet"]:hover { background: $hover; }
QPushButton[look="quiet"]:focus { border-color: $accent_text; }
QPushButton[look="heading"] { background: transparent; border-color: transparent; padding: 0; font-weight: 600;
  text-align: left; }
QPushButton[look="heading"]:hover { color: $accent_text; }
QPushButton[look="heading"]:focus { border-color: $accent_text; }
QPushButton[look="link"] { background: transparent; border-color: transparent; color: $accent_text; padding: 0 6px;
  text-align: left; }
QPushButton[look="link"]:hover { background: $hover; }
QPushButton[look="link"]:focus { border-color: $accent_text; }
QPushButton[look="link"]:disabled { color: $disabled; background: transparent; }

QToolButton { background: transparent; color: $text; border: 1px solid transparent; border-radius: ${radius}px;
  padding: 5px; }
QToolButton:hover { background: $hover; }
QToolButton:pressed { background: $border; }
QToolButton:checked { background: $accent_tint; }
QToolButton:focus { border-color: $accent_text; }
QToolButton:disabled { color: $disabled; background: transparent; }
QToolButton[look="segment"] { padding: 0 6px; min-height: ${segment}px; border-radius: 5px; color: $muted; }
QToolButton[look="segment"]:hover { color: $text; }
QToolButton[look="segment"]:checked { background: $raised; color: $text; border-color: $control; font-weight: 600; }
QToolButton[look="segment"]:focus { border-color: $accent_text; }
QWidget[look="segments"] { background: $hover; border-radius: ${radius}px; }

QLineEdit, QAbstractSpinBox, QComboBox { background: $raised; color: $text; border: 1px solid $control;
  border-radius: ${radius}px; padding: 0 9px; min-height: ${inner}px; selection-background-color: $accent;
  selection-color: $on_accent; }
QLineEdit:hover, QAbstractSpinBox:hover, QComboBox:hover { border-color: $muted; }
QLineEdit:focus, QAbstractSpinBox:focus, QComboBox:focus { border-color: $accent_text; }
QLineEdit:disabled, QAbstractSpinBox:disabled, QComboBox:disabled { color: $disabled; border-color: $border;
  background: $surface; }
QLineEdit[look="invalid"] { border-color: $danger; }
QComboBox { padding-right: 26px; }
QComboBox::drop-down { border: none; width: 24px; }
QComboBox::down-arrow { image: none; }
QComboBox QLineEdit { border: none; padding: 0; min-height: 0; background: transparent; }
QComboBox QAbstractItemView { background: $raised; color: $text; border: 1px solid $control; outline: none;
  padding: 4px; selection-background-color: $accent_tint; selection-color: $text; }
QComboBox QAbstractItemView::item { min-height: ${inner}px; padding: 0 6px; border-radius: 4px; }
QAbstractSpinBox { padding-right: 24px; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { border: none; background: transparent; width: 22px; }
QAbstractSpinBox::up-button:hover, QAbstractSpinBox::down-button:hover { background: $hover; }
QAbstractSpinBox::up-arrow, QAbstractSpinBox::down-arrow { image: none; }
QPlainTextEdit, QTextBrowser { background: $raised; color: $text; border: 1px solid $border;
  border-radius: ${radius}px; padding: 6px; }

QSlider { min-height: 22px; }
QSlider::groove:horizontal { height: 4px; border-radius: 2px; background: $control; }
QSlider::sub-page:horizontal { background: $accent; border-radius: 2px; height: 4px; }
QSlider::handle:horizontal { background: $accent; width: 14px; height: 14px; margin: -6px 0; border-radius: 8px;
  border: 1px solid $surface; }
QSlider::handle:horizontal:hover { background: $accent_hover; }
QSlider::handle:horizontal:focus { border: 2px solid $text; width: 12px; height: 12px; }
QSlider::sub-page:horizontal:disabled, QSlider::handle:horizontal:disabled { background: $disabled; }

QTableView { background: $surface; color: $text; border: none; outline: none; selection-background-color: $accent_tint;
  selection-color: $text; }
QTableView::item { padding: 0 6px; border: none; }
QTableView::item:selected { background: $accent_tint; color: $text; }
QTableView::item:focus { border: 1px solid $accent_text; }
QHeaderView { background: $surface; border: none; }
QHeaderView::section { background: $surface; color: $muted; border: none; border-bottom: 1px solid $border;
  padding: 5px 8px; }
QHeaderView::section:hover { color: $text; }
QTableCornerButton::section { background: $surface; border: none; border-bottom: 1px solid $border; }
QListView { background: $surface; border: none; outline: none; }
QListWidget[look="rows"]::item { padding: 6px 8px; margin: 1px 4px; border-radius: ${radius}px; color: $text; }
QListWidget[look="rows"]::item:hover { background: $hover; }
QListWidget[look="rows"]::item:selected { background: $accent_tint; color: $text; }
QListWidget[look="rows"]::item:selected:focus { border: 1px solid $accent_text; padding: 5px 7px; }
QAbstractItemView[look="grid"] { background: $surface; border: none; outline: none; }
QScrollBar:vertical { background: transparent; width: 12px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 12px; margin: 0; }
QScrollBar::handle { background: $control; border-radius: 4px; margin: 2px; min-height: 28px; min-width: 28px; }
QScrollBar::handle:hover { background: $muted; }
QScrollBar::handle:disabled { background: transparent; }
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page { background: none; border: none;
  width: 0; height: 0; }
QWidget[look="tabs"] { background: $surface; border-bottom: 1px solid $border; }
QTabBar::tab { padding: 8px 16px; color: $muted; background: $surface; border-bottom: 2px solid transparent; }
QTabBar::tab:selected { color: $text; border-bottom-color: $accent; }
QTabBar::tab:focus { color: $accent_text; }
QFrame[look="banner"] { background: $accent_tint; border: none; border-bottom: 1px solid $border; }
QFrame[look="banner-warning"] { background: $warning_tint; border: none; border-bottom: 1px solid $border; }
""")


def stylesheet(look: Tokens) -> str:
    """A window's style sheet in these colours."""
    return _SHEET.substitute(
        vars(look),
        radius=RADIUS,
        inner=CONTROL_HEIGHT - 2,
        inner_focus=CONTROL_HEIGHT - 4,
        segment=CONTROL_HEIGHT - 8,
    )
