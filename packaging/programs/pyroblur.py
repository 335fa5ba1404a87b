"""Both packaged programs: `pyroblur` is the command line, `pyroblur-gui` the window; each is its own worker."""

import sys
from pathlib import Path

from pyroblur_gui.__main__ import main, main_window

if __name__ == "__main__":
    sys.exit(main_window() if Path(sys.executable).stem == "pyroblur-gui" else main())
