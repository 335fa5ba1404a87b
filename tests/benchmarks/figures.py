"""Keeps figures in docs/benchmarks.md: each script writes the sections that it measured and leaves the others alone."""

import platform
from datetime import UTC, datetime
from pathlib import Path

from pyroblur_gui.core.system import platform_facts

HEADING = "\n## "


def taken(script: str) -> str:
    """When, where and by what figures were taken: one paragraph."""
    facts = platform_facts()
    return (
        f"Measured {datetime.now(UTC):%Y-%m-%d} by {script} on {facts['processor']}, {facts['cores']} cores; "
        f"{platform.system()}, Python {facts['python']}."
    )


def write_section(path: Path, title: str, lines: list[str]) -> None:
    """Puts the section in place of the one with this title, else at the end."""
    write_sections(path, {title: "\n".join(["", *lines, ""])})


def write_sections(path: Path, sections: dict[str, str], *, head: str = "") -> None:
    """sections: title -> text below it. head: what stands before the first section, where it is to be replaced."""
    known, *parts = (path.read_text(encoding="utf-8") if path.is_file() else "").split(HEADING)
    kept = dict(part.split("\n", 1) if "\n" in part else (part, "") for part in parts)
    kept.update(sections)
    text = (head or known).rstrip("\n") + "\n"
    for title, body in kept.items():
        text += f"{HEADING}{title}\n{body.rstrip()}\n"
    path.write_text(text, encoding="utf-8")
