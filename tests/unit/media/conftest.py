"""What media tests share."""

from functools import partial
from pathlib import Path

import pytest
from rendering import Render, render_clip


@pytest.fixture
def render(tmp_path: Path) -> Render:
    """Reads a clip and writes it again, uncovered, in segments; opens the result."""
    return partial(render_clip, tmp_path)
