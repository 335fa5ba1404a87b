import itertools
import threading

import pytest

from pyroblur_gui.blurring.flow import Ahead, Behind


def test_items_worked_ahead_come_in_order():
    with Ahead(iter(range(100)), most=3, name="ahead") as ahead:
        assert list(ahead) == list(range(100))


def test_work_ahead_is_bounded():
    taken = []
    with Ahead((taken.append(n) for n in range(1000)), most=3, name="ahead") as ahead:
        next(iter(ahead))
        threading.Event().wait(0.05)
        assert len(taken) <= 6


def test_what_goes_wrong_ahead_is_raised_where_items_are_wanted():
    def items():
        yield 1
        raise ValueError("broken")

    with Ahead(items(), most=2, name="ahead") as ahead, pytest.raises(ValueError, match="broken"):
        list(ahead)


def test_leaving_early_ends_the_thread():
    before = threading.active_count()
    with Ahead(itertools.count(), most=2, name="ahead") as ahead:
        next(iter(ahead))
    assert threading.active_count() == before


def test_items_worked_behind_are_done_in_order_when_it_is_left():
    done = []
    with Behind(done.append, most=2, name="behind") as behind:
        for n in range(50):
            behind.put(n)
    assert done == list(range(50))


def test_what_goes_wrong_behind_is_raised_at_the_next_item_or_at_the_end():
    def work(n: int) -> None:
        if n == 3:
            raise ValueError("broken")

    def give(count: int) -> None:
        with Behind(work, most=1, name="behind") as behind:
            for n in range(count):
                behind.put(n)

    for count in (100, 4):
        with pytest.raises(ValueError, match="broken"):
            give(count)


def test_an_error_in_the_loop_drops_what_waits():
    done, may_go_on = [], threading.Event()

    def work(n: int) -> None:
        may_go_on.wait(0.3)
        done.append(n)

    def fail() -> None:
        with Behind(work, most=10, name="behind") as behind:
            for n in range(10):
                behind.put(n)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert len(done) <= 2
