"""Which language the window speaks: the one of the settings, else the system's; and Qt's own words with it."""

import os

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from pyroblur_gui.core.paths import translations
from pyroblur_gui.core.translation import LANGUAGES, SOURCE, VARIABLE, Language, language, language_of, use_language


class _Own:
    """Qt keeps no reference to its translators."""

    translator: QTranslator | None = None


def wanted(choice: Language) -> str:
    """The code of the language: chosen, else of $PYROBLUR_LANG, else the system's where we speak it."""
    if choice is not Language.SYSTEM:
        return choice.value
    if os.environ.get(VARIABLE):
        return language_of(os.environ)
    system = QLocale.system().name().split("_")[0]
    return system if system in LANGUAGES else language_of(os.environ)


def speak(choice: Language) -> bool:
    """From now on, for what is built from now on. Returns whether that is another language than before."""
    before = language()
    use_language(wanted(choice), translations())
    code = language()
    QLocale.setDefault(QLocale(QLocale.Language.French if code == "fr" else QLocale.Language.English))
    if _Own.translator is not None:
        QCoreApplication.removeTranslator(_Own.translator)
        _Own.translator = None
    if code != SOURCE:
        translator = QTranslator()
        if translator.load(f"qtbase_{code}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
            QCoreApplication.installTranslator(translator)
            _Own.translator = translator
    return code != before
