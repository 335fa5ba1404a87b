"""A data set that is open in the window, while other programs work on the disk."""

import asyncio

import pytest
from rows import box, make_dataset, row

from pyroblur_gui.core.errors import DatasetError
from pyroblur_gui.datasets import store
from pyroblur_gui.datasets.store import Building
from pyroblur_gui.ui.tabs.datasets.gallery_reader import OpenSet


def test_what_another_program_put_in_its_place_is_what_is_read() -> None:
    async def play() -> list[int]:
        with make_dataset("street") as dataset:
            dataset.add([row(1, box())])
        opened = OpenSet("street")
        counts = [await opened.run(lambda dataset: len(dataset.ids()))]
        with Building("street") as building:
            with make_dataset("street", folder=building.dataset) as dataset:
                dataset.add([row(1, box()), row(2)])
            building.commit()
        counts.append(await opened.run(lambda dataset: len(dataset.ids())))
        store.remove("street")
        with pytest.raises(DatasetError, match="no data set named street"):
            await opened.run(lambda dataset: len(dataset.ids()))
        await opened.close()
        return counts

    assert asyncio.run(play()) == [1, 2]
