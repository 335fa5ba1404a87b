"""OpenVINO on the CPU: the default engine. It reads ONNX itself, starts fast and computes in bf16 where the CPU can.

The first sizes are compiled for themselves alone (less memory, a little faster: a video has one size); pictures of any
other size share one network with free sizes, so that photos of fifty sizes cost one more compilation. Where that one
was asked for ahead (a preview cannot know what comes), it takes the first sizes, too.
"""

import threading
from collections import OrderedDict, deque
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pyroblur_gui.core.errors import EngineError, ModelError
from pyroblur_gui.models.catalogue import ModelFile
from pyroblur_gui.models.choice import Candidate
from pyroblur_gui.models.detector import Picture
from pyroblur_gui.models.engine import BatchEngine, Network, Outputs, inference_threads
from pyroblur_gui.models.offline import import_openvino
from pyroblur_gui.models.strips import in_strips

if TYPE_CHECKING:
    import openvino as ov  # type: ignore[import-untyped]
else:
    ov = import_openvino()

SMALL_PIXELS = 640 * 640
MOST_STREAMS = 4  # pictures at once, which is faster than all cores on one picture; each takes memory
MOST_STREAMS_LARGE = 2  # of pictures that are not small
MOST_OWN = 2  # sizes with a network of their own: some detectors look twice at a picture
RECENT = 64  # pictures; another size that makes up a quarter of them is a new video, and gets its own

Size = tuple[int, int]  # height, width


def open_engine(model: ModelFile, network: Network, candidate: Candidate) -> BatchEngine:
    """Raises EngineError for a device other than the CPU or a precision that it does not compute in."""
    if candidate.device != "cpu":
        message = f"OpenVINO is used on the CPU only, not on {candidate.device}."
        raise EngineError(message, hint="Choose the engine auto, or the device auto.")
    return OpenVinoEngine(model.path, network, precision=candidate.precision)


class OpenVinoEngine:
    """`precision`: "f32" or "bf16". Raises ModelError when the file is no network, EngineError when it cannot run."""

    def __init__(self, path: Path, network: Network, *, precision: str) -> None:
        self._network = network
        self._precision = precision
        self._lock = threading.Lock()
        self._own: OrderedDict[Size, _Compiled] = OrderedDict()  # the least recently used first
        self._general: _Compiled | None = None
        self._batch: tuple[tuple[int, ...], _Compiled] | None = None  # of so many pictures of that height and width
        self._recent: deque[Size] = deque(maxlen=RECENT)
        self._core = ov.Core()
        if precision.upper() not in {"F32", *self._core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")}:
            message = f"This processor does not compute in {precision}."
            raise EngineError(message, hint="Choose the precision auto.")
        self._path = path
        self._unused: ov.Model | None = self._read()  # as read, for the first size: read again for each further one

    @property
    def title(self) -> str:
        return f"OpenVINO {self._precision} on the CPU"

    @property
    def in_flight(self) -> int:
        return _streams(SMALL_PIXELS) + 1

    def prepare(self, width: int, height: int) -> None:
        with self._lock:
            self._compiled_for((height, width))

    def prepare_any_size(self) -> None:
        with self._lock:
            if self._general is None and self._network.free_size:
                self._general = self._compile(None)

    def submit(self, picture: Picture) -> "_Pending":
        with self._lock:
            compiled = self._compiled_for((picture.shape[0], picture.shape[1]))
        return compiled.start(picture[None])

    def submit_batch(self, pictures: Sequence[Picture]) -> "_Pending":
        """One after another, with all threads on each: a network is kept for the last number and size only."""
        key = (len(pictures), *pictures[0].shape[:2])
        with self._lock:
            if self._batch is None or self._batch[0] != key:
                self._batch = None  # frees its memory first
                self._batch = key, self._compile((key[1], key[2]), batch=key[0])
            compiled = self._batch[1]
        return compiled.start(np.stack(pictures))

    def close(self) -> None:
        with self._lock:
            self._own.clear()
            self._general = None
            self._batch = None

    def _compiled_for(self, size: Size) -> "_Compiled":
        self._recent.append(size)
        own = self._own.get(size)
        if own is not None:
            self._own.move_to_end(size)
            return own
        is_frequent = self._recent.count(size) > RECENT // 4
        is_new = self._general is None and len(self._own) < MOST_OWN
        if is_new or (is_frequent and self._network.free_size):
            if len(self._own) == MOST_OWN:
                self._own.popitem(last=False)  # frees its memory first
            self._own[size] = self._compile(size)
            return self._own[size]
        if self._general is None:
            self._general = self._compile(None)
        return self._general

    def _read(self) -> "ov.Model":
        try:
            return self._core.read_model(self._path)
        except RuntimeError as error:
            message = f"OpenVINO cannot read the model {self._path}: {error}"
            raise ModelError(message, hint="Export it to ONNX again.", path=self._path) from error

    def _compile(self, size: Size | None, *, batch: int = 0) -> "_Compiled":
        """batch: so many pictures as one array; 0: one by one, several of them under way."""
        streams = _streams(size[0] * size[1]) if size and not batch else 1
        try:
            read, self._unused = self._unused or self._read(), None  # keeping it would take 9 MB for a network of 5 MB
            model = ov.Model(read.outputs[: self._network.outputs], read.get_parameters())
            if self._network.free_size or batch > 1:
                model.reshape([batch or 1, 3, *(size or (-1, -1))])
            model = self._with_bytes_in(model)
            if size and batch <= 1:
                in_strips(model, sample_bytes=2 if self._precision == "bf16" else 4)
            compiled = self._core.compile_model(
                model,
                "CPU",
                {
                    "INFERENCE_PRECISION_HINT": self._precision,
                    "NUM_STREAMS": streams,
                    "INFERENCE_NUM_THREADS": inference_threads(),
                    "ENABLE_CPU_PINNING": False,  # decoding and encoding share these cores
                },
            )
        except RuntimeError as error:
            message = f"OpenVINO cannot run the model {self._path} at {size or 'free sizes'}: {error}"
            raise EngineError(message, hint="Choose the engine onnxruntime.", path=self._path) from error
        return _Compiled(compiled, requests=streams + 1, title=self.title)

    def _with_bytes_in(self, model: "ov.Model") -> "ov.Model":
        """Folds the conversion of 8-bit rows to scaled planes into the graph: faster than converting beforehand."""
        steps = ov.preprocess.PrePostProcessor(model)
        picture = steps.input()
        picture.tensor().set_element_type(ov.Type.u8).set_layout(ov.Layout("NHWC"))
        picture.model().set_layout(ov.Layout("NCHW"))
        if self._network.scale != 1:
            picture.preprocess().convert_element_type(ov.Type.f32).scale(1 / self._network.scale)
        return steps.build()


class _Compiled:
    """A compiled network and the requests that are under way in it."""

    def __init__(self, compiled: "ov.CompiledModel", *, requests: int, title: str) -> None:
        self.title = title
        self._free = [compiled.create_infer_request() for _ in range(requests)]
        self._busy: deque[_Pending] = deque()
        self._lock = threading.Lock()

    def start(self, pictures: Picture) -> "_Pending":
        """pictures: (n, height, width, 3). Starts at once.

        Where every request is under way, the oldest is waited for and its result kept for it.
        """
        with self._lock:
            while self._busy and (self._busy[0].is_finished or not self._free):
                self._busy.popleft().finish()
            request = self._free.pop()
            request.start_async({0: np.ascontiguousarray(pictures)}, share_inputs=False)
            pending = _Pending(request, self.title, release=partial(self._free.append, request))
            self._busy.append(pending)
            return pending


class _Pending:
    def __init__(self, request: "ov.InferRequest", title: str, *, release: partial[None]) -> None:
        self._request = request
        self._title = title
        self._release = release
        self._lock = threading.Lock()
        self._outputs: Outputs | None = None
        self._error: EngineError | None = None

    def result(self) -> Outputs:
        self.finish()
        if self._outputs is None:
            raise self._error or EngineError(f"{self._title} gave no result.")
        return self._outputs

    @property
    def is_finished(self) -> bool:
        return self._outputs is not None or self._error is not None

    def finish(self) -> None:
        """Waits, copies the outputs and frees the request; once."""
        with self._lock:
            if self.is_finished:
                return
            try:
                self._request.wait()
                count = len(self._request.model_outputs)
                self._outputs = tuple(np.array(self._request.get_output_tensor(i).data) for i in range(count))
            except RuntimeError as error:
                message = f"{self._title} failed on a picture: {error}"
                self._error = EngineError(message, hint="Choose another engine.")
            finally:
                self._release()


def _streams(pixels: int) -> int:
    return min(inference_threads(), MOST_STREAMS if pixels <= SMALL_PIXELS else MOST_STREAMS_LARGE)
