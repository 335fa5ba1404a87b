"""Several pictures as one batch, for measuring: a network is handed all of them in one array.

Blurring does without: engines share the processor between pictures that are under way, which is as fast on a CPU and
holds no frame back. On a GPU, or to compare with figures of others, the batch is what counts.
"""

from collections import defaultdict
from collections.abc import Sequence

from pyroblur_gui.core.errors import EngineError
from pyroblur_gui.models.detector import Picture
from pyroblur_gui.models.engine import BatchEngine, Outputs, PendingOutputs


class Batching:
    """Stands between a detector and its engine: what was submitted until a result is asked for becomes a batch a size.

    refusal: why pictures went in one by one instead; empty while they did not.
    """

    def __init__(self, engine: BatchEngine) -> None:
        self._engine = engine
        self._waiting: defaultdict[tuple[int, ...], _Batch] = defaultdict(lambda: _Batch(self))
        self.refusal = ""

    @property
    def title(self) -> str:
        return self._engine.title

    @property
    def in_flight(self) -> int:
        return self._engine.in_flight

    def prepare(self, width: int, height: int) -> None:
        """Nothing: how many pictures come is not known yet."""

    def prepare_any_size(self) -> None:
        """Nothing, for the same reason."""

    def submit(self, picture: Picture) -> PendingOutputs:
        return self._waiting[picture.shape].add(picture)

    def close(self) -> None:
        self._engine.close()

    def run(self, pictures: Sequence[Picture]) -> list[Outputs]:
        """Each picture's outputs, as if it had been alone. Raises EngineError."""
        for shape in [shape for shape, batch in self._waiting.items() if batch.pictures is pictures]:
            del self._waiting[shape]
        if not self.refusal:
            try:
                found = self._engine.submit_batch(pictures).result()
                return [tuple(rows[number : number + 1] for rows in found) for number in range(len(pictures))]
            except EngineError as error:
                if len(pictures) == 1:
                    raise
                self.refusal = error.message
        return [self._engine.submit_batch([picture]).result() for picture in pictures]


class _Batch:
    def __init__(self, batching: Batching) -> None:
        self._batching = batching
        self.pictures: list[Picture] = []
        self._found: list[Outputs] | None = None

    def add(self, picture: Picture) -> "_Row":
        self.pictures.append(picture.copy())
        return _Row(self, len(self.pictures) - 1)

    def outputs(self, number: int) -> Outputs:
        if self._found is None:
            self._found = self._batching.run(self.pictures)
        return self._found[number]


class _Row:
    def __init__(self, batch: _Batch, number: int) -> None:
        self._batch, self._number = batch, number

    def result(self) -> Outputs:
        return self._batch.outputs(self._number)
