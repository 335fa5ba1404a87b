"""What the formats are for, and whether a folder can take an export. No Qt."""

from pathlib import Path

from pyroblur_gui.datasets.spec import FormatName
from pyroblur_gui.ui.i18n import tr


def format_title(name: FormatName) -> str:
    return {
        FormatName.YOLO: "YOLO",
        FormatName.COCO: "COCO JSON",
        FormatName.VOC: "Pascal VOC",
        FormatName.WIDER: tr("WIDER FACE text"),
    }[name]


def format_note(name: FormatName) -> str:
    return {
        FormatName.YOLO: tr("A text file a picture and data.yaml, as Ultralytics and most trainers read them."),
        FormatName.COCO: tr("One JSON file a part, as Detectron2, MMDetection and most labelling tools read it."),
        FormatName.VOC: tr("An XML file a picture, as older trainers and labelImg read it."),
        FormatName.WIDER: tr("One text file a class, as the WIDER FACE evaluation reads it."),
    }[name]


def folder_problem(folder: Path) -> str:
    """Why this folder cannot take an export, as a sentence; empty when it can."""
    if not folder.is_absolute():
        return tr("Give the whole path of the folder.")
    try:
        if folder.is_file():
            return tr("This is a file. Choose a new or empty folder.")
        if folder.is_dir() and any(folder.iterdir()):
            return tr("This folder is not empty. Choose a new or empty one, so that nothing is mixed up.")
    except OSError as error:
        return tr("This folder cannot be opened: {why}.", why=error.strerror or error)
    return ""


def reader_titles() -> dict[str, str]:
    """What the formats that can be read are called, by name."""
    own = {"pyroblur": tr("PyroBlur data set"), "pictures": tr("Pictures without labels")}
    return own | {name.value: format_title(name) for name in FormatName}
