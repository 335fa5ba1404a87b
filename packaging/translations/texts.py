"""Finds every text of PyroBlur that a user may see: what the catalogues must hold.

lupdate cannot: it does not know f-strings, the fields of pydantic models, Typer's help or Jinja's templates. What is
found here is written into Qt Linguist's files by catalogue.py.
"""

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "pyroblur_gui"
RESOURCES = ROOT / "resources"
VERSION_MARK = re.compile(r"\{\w+(?::[^{}]*)?\}")

# What argparse and Typer say by themselves (they ask gettext), what Typer says past gettext, and pydantic.
FROM_LIBRARIES = (
    "usage: ", "options", "positional arguments", "optional arguments", "show this help message and exit",
    "%(prog)s: error: %(message)s\n", "Options", "Arguments", "Commands", "Error", "Aborted!", "Aborted.",
    "[default: {}]", "[required]", "[env var: {}]", "(deprecated) ", "default: {default}", "required", "(dynamic)",
    "Missing command.", "No such command {name!r}.", "Try [blue]'{command_path} {help_option}'[/] for help.",
    "Show this message and exit.", "COMMAND [ARGS]", "NAME", "FOLDER", "FILE", "TEXT", "PATH", "RUN", "MODEL", "KIND",
    "NUMBER", "VALUE", "KEY", "CLASS", "COLUMN", "FILTER", "RULE", "FIX", "INPUT", "DIR", "REPORT_DIR",
    "Input should be less than or equal to {value}", "Input should be greater than or equal to {value}",
    "Input should be less than {value}", "Input should be greater than {value}", "Field required",
    "Input should be a valid number, unable to parse string as a number", "Input should be a valid string",
    "Input should be a valid integer, unable to parse string as an integer", "Extra inputs are not permitted",
)  # fmt: skip

# Words that are data below the window, and translated where they are shown: stages, units and levels of events.
FROM_DATA = (
    "accuracy", "analyse", "blur", "calibrate", "change", "check", "detect", "download", "draw", "extract", "leaks",
    "log", "measure", "read", "report", "speed", "split", "suggest", "train", "try", "verify", "write",
    "batches", "bytes", "checks", "epochs", "files", "frames", "layers", "pages", "parts", "pictures", "runs", "s",
    "steps", "ways", "images", "boxes", "warning", "error", "done", "failed", "cancelled", "model", "Usage:",
    "mean", "deviation", "mAP50", "precision", "image", "video", "recall", "leaked", "leaked area", "pictures/s",
    "System", "Libraries", "Engines", "Encoders", "Folders", "Cores", "Memory", "Works", "State", "Reason", "Made by",
    "Devices", "Jobs", "Megabytes", "Settings", "Data", "Projects", "Cache", "Logs", "Can be tried", "Not needed",
    "Unavailable", "Absent", "Unfinished", "Ready", "Broken", "Outdated", "Processor", "Models", "Runs",
    "Operation not permitted", "Invalid argument", "Unknown error occurred",
    "No such file or directory", "Permission denied", "No space left on device", "Function not implemented",
    "Generic error in an external library", "Input/output error", "Read-only file system", "File name too long",
    "Is a directory", "Not a directory", "Device or resource busy", "Cannot allocate memory", "Connection refused",
    "Invalid data found when processing input", "Face", "License plate", "license_plate", "Background", "Better",
    "Worse", "Not distinguishable", "yes", "no",
    "a PDF document", "a RAR archive", "a program", "a ZIP archive", "Smoke", "Coarse", "Again", "Final",
    "CC BY-NC-ND 4.0, for research only", "CC BY 4.0 (the default project; others say their own)",
    "CC BY 4.0 (boxes), CC BY 2.0 (pictures)", "clip: frames/s", "clip: bare", "clip: object-frames",
)  # fmt: skip

# Where a single word is a text: keywords of calls, and calls whose first arguments are.
_TEXT_KEYWORDS = {
    "title", "label", "description", "help", "hint", "message", "text", "summary", "explanation", "empty", "note",
    "heading", "about", "name_in_report", "rich_help_panel",
}  # fmt: skip
_TEXT_CALLS = {"Kind": 2, "Fix": 2, "Table": 9, "_chart": 9, "_Column": 9, "Figure": 1, "heads": 99}
_NO_TEXT_CALLS = {
    "execute", "executemany", "executescript", "compile", "search", "match", "fullmatch", "removeprefix",
    "getLogger", "Template", "setStyleSheet", "setProperty", "_asked", "_number", "_drop", "DatabaseError", "sub",
    "tr", "trn", "translated", "cast", "filterwarnings", "getattr", "startswith", "endswith", "print",
    "TypeError", "RuntimeError", "ProtocolError", "AssertionError", "NotImplementedError", "KeyError", "AttributeError",
}  # fmt: skip
_NO_TEXT_KEYWORDS = {
    "citation",
    "name",
    "counted",
    "license",
    "regex",
    "pattern",
    "command",
    "condition",
    "metavar",
    "loc",
}
# Functions that are commands without a decorator: what their docstrings say is their help.
_COMMANDS = {
    "_begin", "gui", "doctor", "blur", "detect", "train", "benchmark", "full", "registry", "rollback", "self_test",
}  # fmt: skip
_SQL = re.compile(
    r"\s*(SELECT|INSERT|UPDATE|DELETE|CREATE|PRAGMA|BEGIN|EXISTS|NOT [a-z_]+\.|AND |id |is_undone|JOIN |WHERE |ORDER "
    r"|FROM |tags\.|name = |runs JOIN|runs WHERE|source IN|split IN|kind IN|boxes\.|run_uuid|ALTER|DROP|COMMIT"
    r"|start_time|min\()"
)
_PROSE = re.compile(r"[A-Za-z][a-z']+,? [A-Za-z(]")
_OUTSIDE_PROSE = re.compile(r"[A-Za-z]{2,}")


@dataclass(frozen=True)
class Text:
    """One text: `source` is what gettext looks up; plural: the form for many, for trn()."""

    source: str
    context: str
    plural: str = ""
    place: str = ""


def texts() -> list[Text]:
    """All texts, each once, in the order of the files."""
    found: dict[tuple[str, str], Text] = {}
    for text in _all():
        found.setdefault((text.source, text.plural), text)
    return list(found.values())


def gaps(text: str) -> list[str]:
    """The gaps of a text with their formats, sorted: what a translation must have, too."""
    return sorted(set(VERSION_MARK.findall(text.replace("{{", "").replace("}}", ""))))


def _all() -> Iterator[Text]:
    for path in sorted(PACKAGE.rglob("*.py")):
        yield from _of_module(path)
    for path in sorted(RESOURCES.rglob("*.toml")):
        yield from _of_toml(path)
    for path in sorted(RESOURCES.rglob("*.j2")):
        yield from _of_template(path)
    for source in FROM_LIBRARIES:
        yield Text(source, "libraries")
    for source in FROM_DATA:
        yield Text(source, "events")


def _context(path: Path) -> str:
    """The part of the program: ui.blur, cli, datasets."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    if parts[0] == "ui":
        return f"ui.{parts[2]}" if parts[1] == "tabs" and len(parts) > 2 else "ui"
    return parts[0]


def _of_module(path: Path) -> Iterator[Text]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    visitor = _Visitor(path)
    visitor.visit(tree)
    yield from visitor.found


class _Visitor(ast.NodeVisitor):
    def __init__(self, path: Path) -> None:
        self.found: list[Text] = []
        self._context = _context(path)
        self._place = path.relative_to(ROOT).as_posix()
        self._is_window = self._context.startswith("ui")
        self._is_command = self._context == "cli"

    def _take(self, source: str, plural: str = "") -> None:
        if source.strip():
            self.found.append(Text(source, self._context, plural, self._place))

    def visit_Module(self, node: ast.Module) -> None:
        self._body(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        is_choice = any(isinstance(base, ast.Name) and base.id == "StrEnum" for base in node.bases)
        if is_choice and Path(self._place).name in {"spec.py", "settings.py"} and node.name != "Language":
            for each in node.body:
                if isinstance(each, ast.Assign) and isinstance(each.value, ast.Constant):
                    value = str(each.value.value).replace("_", " ")
                    self._take(value[:1].upper() + value[1:])
        self._body(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        is_shown = self._is_command and (
            any("command" in ast.unparse(each) or "callback" in ast.unparse(each) for each in node.decorator_list)
            or node.name in _COMMANDS
        )
        doc = ast.get_docstring(node)
        if is_shown and doc:
            for paragraph in re.split(r"\n\s*\n", doc):
                self._take(" ".join(paragraph.split()))
        self._body(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._body(node)

    def _body(self, node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for name, value in ast.iter_fields(node):
            if name == "body":
                for each in value:
                    if not (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant)):
                        self.visit(each)
            elif isinstance(value, ast.AST):
                self.visit(value)
            elif isinstance(value, list):
                for each in value:
                    if isinstance(each, ast.AST):
                        self.visit(each)

    def visit_Call(self, node: ast.Call) -> None:  # noqa: PLR0912, C901
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name in {"tr", "trn"}:
            self._translation(name, node)
        if _is_log(node) or name in _NO_TEXT_CALLS:
            for each in (*node.args, *(keyword.value for keyword in node.keywords)):
                if not isinstance(each, ast.Constant | ast.JoinedStr):
                    self.visit(each)
            self.visit(node.func)
            return
        for place, argument in enumerate(node.args):
            if place < _TEXT_CALLS.get(name, 0) and isinstance(argument, ast.Constant):
                if isinstance(argument.value, str) and _OUTSIDE_PROSE.search(argument.value):
                    self._take(argument.value)
            else:
                self.visit(argument)
        for keyword in node.keywords:
            if keyword.arg in _NO_TEXT_KEYWORDS:
                if not isinstance(keyword.value, ast.Constant):
                    self.visit(keyword.value)
            elif keyword.arg in _TEXT_KEYWORDS and not self._is_window:
                self._single(keyword.value)
            else:
                self.visit(keyword.value)
        self.visit(node.func)

    def _single(self, node: ast.expr) -> None:
        """A text though it be one word."""
        if isinstance(node, ast.Constant):
            if isinstance(node.value, str) and _OUTSIDE_PROSE.search(node.value) and not _is_machine(node.value):
                self._take(node.value)
        else:
            self.visit(node)

    def _translation(self, name: str, node: ast.Call) -> None:
        for argument in node.args[: 1 if name == "tr" else 2]:
            for each in ast.walk(argument):  # tr("a" if … else "b")
                if isinstance(each, ast.JoinedStr):
                    message = f"{self._place}:{node.lineno}: an f-string cannot be translated: give tr() the gaps."
                    raise SystemExit(message)
        first = node.args[0]
        if name == "trn":
            one, many = node.args[0], node.args[1]
            if isinstance(one, ast.Constant) and isinstance(many, ast.Constant):
                self._take(str(one.value), str(many.value))
            return
        for each in ast.walk(first) if isinstance(first, ast.IfExp) else (first,):
            if isinstance(each, ast.Constant) and isinstance(each.value, str):
                self._take(each.value)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and not self._is_window and _is_prose(node.value):
            self._take(node.value)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        source, words = _template(node)
        if not self._is_window and _is_prose_with_gaps(words):
            self._take(source)
        for each in node.values:
            if isinstance(each, ast.FormattedValue):
                self.visit(each.value)

    def visit_If(self, node: ast.If) -> None:
        self.visit(node.test)
        for body in (node.body, node.orelse):
            for each, following in zip(body, [*body[1:], None], strict=False):
                if not _is_for_programmers(each, following):
                    self.visit(each)

    def visit_Compare(self, node: ast.Compare) -> None:
        for each in (node.left, *node.comparators):
            if not isinstance(each, ast.Constant | ast.Tuple | ast.Set):
                self.visit(each)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self.visit(node.value)
        if not isinstance(node.slice, ast.Constant):
            self.visit(node.slice)

    def visit_MatchValue(self, node: ast.MatchValue) -> None:
        """A pattern is compared, not shown."""


def _is_for_programmers(statement: ast.stmt, following: ast.stmt | None) -> bool:
    """message = "..." before an error that only a mistake in the program raises."""
    return (
        isinstance(statement, ast.Assign)
        and isinstance(following, ast.Raise)
        and following.exc is not None
        and ast.unparse(following.exc).startswith(("RuntimeError(", "TypeError(", "AssertionError(", "KeyError("))
    )


def _is_log(node: ast.Call) -> bool:
    function = node.func
    return isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) and function.value.id in {
        "log", "logger", "logging", "warnings",
    }  # fmt: skip


def _is_machine(text: str) -> bool:
    first = text.split(" ", 1)[0]
    return (
        bool(_SQL.match(text))
        or "://" in first
        or "\\" in text
        or ".txt\n" in text
        or text.startswith(("<", "--", "%"))
    )


def _is_prose(text: str) -> bool:
    return bool(_PROSE.search(text)) and not _is_machine(text)


def _is_prose_with_gaps(words: str) -> bool:
    is_prose = bool(re.search(r"(?<![\w.`])[A-Za-z][a-z']+(?![\w.`=])", words)) and " " in words.strip()
    return is_prose and not _is_machine(words)


def _template(node: ast.JoinedStr) -> tuple[str, str]:
    """The f-string as a text with named gaps, and its words alone."""
    source, words = "", ""
    names: dict[str, str] = {}
    for each in node.values:
        if isinstance(each, ast.Constant):
            source += str(each.value).replace("{", "{{").replace("}", "}}")
            words += str(each.value)
        elif isinstance(each, ast.FormattedValue):
            expression = ast.unparse(each.value)
            name = _gap_name(each.value)
            taken = {one for one, other in names.items() if other != expression}
            free = name
            number = 2
            while free in taken:
                free = f"{name}{number}"
                number += 1
            names[free] = expression
            spec = _spec(each)
            is_number = bool(re.fullmatch(r"[+,.\d]*[fgdn]|,", spec))
            source += f"{{{free}:{spec}}}" if is_number else f"{{{free}}}"
            words += "0"
    return source, words


def _spec(value: ast.FormattedValue) -> str:
    """The format of a gap; none where it is made of other values."""
    parts = value.format_spec.values if isinstance(value.format_spec, ast.JoinedStr) else []
    return "".join(str(part.value) for part in parts if isinstance(part, ast.Constant)) if len(parts) == 1 else ""


def _gap_name(node: ast.expr) -> str:  # noqa: PLR0911
    match node:
        case ast.Name():
            return node.id.lower()
        case ast.Attribute():
            return node.attr.lower()
        case ast.Call(args=[first, *_]) if isinstance(first, ast.Name | ast.Attribute | ast.Call):
            return _gap_name(first)
        case ast.Call():
            return _gap_name(node.func)
        case ast.Subscript(slice=ast.Constant(value=str(key))) if key.isidentifier():
            return key
        case ast.Subscript():
            return _gap_name(node.value)
        case ast.BinOp():
            return _gap_name(node.left)
        case ast.BoolOp():
            return _gap_name(node.values[0])
        case ast.IfExp():
            return _gap_name(node.test)
        case _:
            return "value"


def _of_toml(path: Path) -> Iterator[Text]:
    def walk(value: object) -> Iterator[str]:
        if isinstance(value, dict):
            for key, each in value.items():
                if key in {"title", "summary", "note"} and isinstance(each, str):
                    yield each
                yield from walk(each)
        elif isinstance(value, list):
            for each in value:
                yield from walk(each)

    for source in walk(tomllib.loads(path.read_text(encoding="utf-8"))):
        yield Text(source, "resources", place=path.relative_to(ROOT).as_posix())


def _of_template(path: Path) -> Iterator[Text]:
    text = path.read_text(encoding="utf-8")
    place = path.relative_to(ROOT).as_posix()
    for match in re.finditer(r'\btrn\(\s*("(?:[^"\\]|\\.)*"),\s*("(?:[^"\\]|\\.)*")', text):
        yield Text(ast.literal_eval(match[1]), "resources", ast.literal_eval(match[2]), place)
    for match in re.finditer(r'\btr\(\s*("(?:[^"\\]|\\.)*")', text):
        yield Text(ast.literal_eval(match[1]), "resources", place=place)
