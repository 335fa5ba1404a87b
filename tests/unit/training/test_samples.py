"""What a run keeps of a few pictures: a line an epoch, whatever happened to the file. No training."""

from pathlib import Path

import pytest

from pyroblur_gui.training.samples import SAMPLES_FILE, Sample, SampledEpoch, box, keep, read, spread


def sampled(epoch: int, score: float = 0.5) -> SampledEpoch:
    true = box("face", (0.1, 0.2, 0.3, 0.4))
    found = box("face", (-0.1, 0.2, 0.333333333, 1.4), score)
    return SampledEpoch(epoch=epoch, samples=(Sample(picture=Path("a.jpg"), labelled=(true,), found=(found,)),))


def test_each_epoch_can_be_read_again(tmp_path: Path) -> None:
    for epoch in (1, 2, 3):
        assert keep(tmp_path, sampled(epoch, epoch / 10)) == tmp_path / SAMPLES_FILE
    epochs, last = read(tmp_path)
    assert (epochs, last) == ([1, 2, 3], sampled(3, 0.3))
    assert read(tmp_path, 1)[1] == sampled(1, 0.1)
    assert read(tmp_path, 7) == ([1, 2, 3], None)
    found = last.samples[0].found[0]
    assert (found.left, found.top, found.right, found.bottom) == (0.0, 0.2, 0.3333, 1.0)


def test_a_line_that_a_kill_cut_short_spoils_no_other_and_an_epoch_that_was_done_again_counts_anew(
    tmp_path: Path,
) -> None:
    keep(tmp_path, sampled(1))
    with (tmp_path / SAMPLES_FILE).open("ab") as file:
        file.write(sampled(2).model_dump_json().encode()[:40])
    keep(tmp_path, sampled(2, 0.9))
    keep(tmp_path, sampled(1, 0.8))
    assert read(tmp_path) == ([1, 2], sampled(2, 0.9))
    assert read(tmp_path, 1)[1] == sampled(1, 0.8)


def test_a_run_without_samples_has_none_and_a_folder_that_takes_none_is_no_error(tmp_path: Path) -> None:
    assert read(tmp_path) == ([], None)
    (tmp_path / SAMPLES_FILE).write_bytes(b'{"epoch":3,"samples":"no"}\nnonsense\n')
    assert read(tmp_path) == ([3], None)
    assert keep(tmp_path / "nowhere", sampled(1)) is None


@pytest.mark.parametrize("count", [0, 3, 6, 7, 1000])
def test_a_few_pictures_come_from_all_over(count: int) -> None:
    chosen = spread(range(count), 6)
    assert len(chosen) == len(set(chosen)) == min(6, count)
    assert list(chosen) == sorted(chosen)
    if count > 6:
        assert chosen[-1] >= count * 0.7
