"""Where results go and what they are called, as the window chooses it for all files."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Output:
    """folder: None for beside each source."""

    folder: Path | None = None
    pattern: str = "{stem}_blurred.{ext}"
