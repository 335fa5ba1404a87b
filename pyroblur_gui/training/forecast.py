"""What a look ahead finds. Light: the window reads it."""

from pydantic import BaseModel, ConfigDict, JsonValue


class Advice(BaseModel):
    """A warning in plain words, and what would mend it: hyperparameters, or another base model."""

    model_config = ConfigDict(frozen=True)

    text: str
    change: dict[str, JsonValue] = {}
    model: str | None = None


class Forecast(BaseModel):
    """What a training would take. seconds: of an epoch, and of all of them; memory: of the device, at its peak.

    disk_bytes: for checkpoints; free_bytes: of the disk that they go to. fingerprint: of the data set; pictures: that
    would be trained on and watched, by split.
    """

    model_config = ConfigDict(frozen=True)

    device: str
    batch: int
    batches: int
    pictures_s: float
    epoch_s: float
    total_s: float
    memory_bytes: int
    disk_bytes: int
    free_bytes: int = 0
    fingerprint: str = ""
    pictures: dict[str, int] = {}
    advice: tuple[Advice, ...] = ()
