"""What tabs have in common that are not there from the start: they are built while the window rests, at the latest when
they are first shown, and work with the window's jobs from then on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Generator, Mapping
from typing import TYPE_CHECKING, ClassVar, Generic, Protocol, TypeVar

from PySide6.QtCore import QByteArray
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from pyroblur_gui.ui.loading import BREATH_S, load_ahead
from pyroblur_gui.ui.widgets.banner import Banner

if TYPE_CHECKING:
    from pyroblur_gui.ui.job_client import JobClient


class TabWiring(Protocol):
    """What connects a tab's widgets with what decides."""

    async def close(self) -> None: ...

    def shown(self) -> None:
        """The tab came to the front again."""


W = TypeVar("W", bound=TabWiring)
Building = Generator[None, None, QSplitter]


class JobTab(QWidget, Generic[W]):
    """A banner above a row of panels.

    A tab says how: `modules` are its code, in its own package, and `below` what that brings from elsewhere; `build`
    makes the widgets and gives the splitter whose places are remembered; `wire` connects them with the jobs, on the
    running loop, when the tab is first shown.
    """

    modules: ClassVar[tuple[str, ...]] = ()
    below: ClassVar[tuple[str, ...]] = ()

    def __init__(self, name: str) -> None:
        """name: of its splitter, as it is remembered."""
        super().__init__()
        self.banner = Banner()
        self._name = name
        self._client: JobClient | None = None
        self._wiring: W | None = None
        self._building: Building | None = None
        self._columns: QSplitter | None = None
        self._layout = QByteArray()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self.banner)

    def build(self, column: QVBoxLayout) -> Building:
        """Puts the tab's widgets below the banner, piece by piece: where it yields, the window may answer first."""
        raise NotImplementedError

    def wire(self, client: JobClient) -> W:
        raise NotImplementedError

    # -- life

    def connect_jobs(self, client: JobClient) -> str:
        """Gives the tab its queue; tells what an earlier session left, if anything. Call it on the running loop."""
        self._client = client
        if self.isVisible():
            self._begin()
        return ""

    async def prepare(self) -> None:
        """Loads and builds the tab while the window rests: then showing it the first time is as quick as later."""
        await load_ahead(type(self).__module__.rpartition(".")[0], self.modules, below=self.below)
        while self._columns is None:
            await asyncio.sleep(BREATH_S)
            self._build_on()

    async def disconnect_jobs(self) -> None:
        """Ends what this tab has under way; the client itself is its owner's to close."""
        self._client = None
        if self._wiring is not None:
            await self._wiring.close()
            self._wiring = None

    @property
    def wiring(self) -> W:
        """Raises RuntimeError while there are no jobs, or before it was shown."""
        if self._wiring is None:
            message = "The tab has no jobs."
            raise RuntimeError(message)
        return self._wiring

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._begin()

    # -- what the window keeps

    def layout_bytes(self) -> dict[str, QByteArray]:
        kept = self._columns.saveState() if self._columns is not None else self._layout
        return {} if kept.isEmpty() else {self._name: kept}

    def restore_layout(self, layouts: Mapping[str, QByteArray]) -> None:
        self._layout = layouts.get(self._name, QByteArray())

    # -- how it is done

    def _begin(self) -> None:
        if self._client is None:
            return
        while self._columns is None:
            self._build_on()
        if self._wiring is None:
            self._wiring = self.wire(self._client)
        else:
            self._wiring.shown()

    def _build_on(self) -> None:
        """The next piece, if there is one left."""
        if self._columns is not None:
            return
        if self._building is None:
            self._building = self.build(self._column)
        try:
            next(self._building)
        except StopIteration as end:
            columns: QSplitter = end.value
            columns.setHandleWidth(1)
            if not self._layout.isEmpty():
                columns.restoreState(self._layout)
            columns.setChildrenCollapsible(False)
            self._columns, self._building = columns, None
