"""The believed clock: small steps are followed, jumps are not, and it never goes back by itself."""

from __future__ import annotations

import threading

import pytest

from rpcauth.model import Millis
from rpcauth.storage.clock import MAX_STEP, Clock, monotonic_clock, wall_clock
from tests.support.provider import START, VirtualClock

FIVE_MINUTES = MAX_STEP / 1000


def make_clock(source: VirtualClock, *, after: int = 0) -> Clock:
    return Clock(after=Millis(after), wall=source.wall, monotonic=source.monotonic)


def test_time_passes_as_the_wall_clock_says() -> None:
    source = VirtualClock()
    clock = make_clock(source)
    assert clock.now() == START
    source.advance(seconds=3600)
    assert clock.now() == START + 3_600_000
    assert not clock.suspect


@pytest.mark.parametrize("seconds", [0.5, 60, FIVE_MINUTES])
def test_a_small_step_forward_is_followed(seconds: float) -> None:
    source = VirtualClock()
    clock = make_clock(source)
    source.jump(seconds=seconds)
    assert (clock.now(), clock.suspect) == (START + seconds * 1000, False)


@pytest.mark.parametrize("seconds", [0.5, 60, FIVE_MINUTES])
def test_a_small_step_back_stops_time_until_the_wall_clock_has_caught_up(seconds: float) -> None:
    source = VirtualClock()
    clock = make_clock(source)
    source.jump(seconds=-seconds)
    assert (clock.now(), clock.suspect) == (START, False)
    source.advance(seconds=seconds / 2)
    assert (clock.now(), clock.suspect) == (START, False)
    source.advance(seconds=seconds)
    assert clock.now() == START + seconds * 500


@pytest.mark.parametrize("seconds", [FIVE_MINUTES + 0.001, 7200, -FIVE_MINUTES - 0.001, -86_400, 315_360_000])
def test_a_jump_is_not_believed_and_time_goes_on_at_the_monotonic_pace(seconds: float) -> None:
    source = VirtualClock()
    clock = make_clock(source)
    source.jump(seconds=seconds)
    assert (clock.now(), clock.suspect) == (START, True)
    source.advance(seconds=10)
    assert (clock.now(), clock.suspect) == (START + 10_000, True)


def test_a_jump_stays_suspect_even_when_the_wall_clock_comes_back() -> None:
    source = VirtualClock()
    clock = make_clock(source)
    source.jump(seconds=7200)
    clock.now()
    source.jump(seconds=-7200)
    assert (clock.now(), clock.suspect) == (START, True)


def test_drift_is_followed_however_far_it_goes_in_the_end() -> None:
    source = VirtualClock()
    clock = make_clock(source)
    for _ in range(100):
        source.advance(seconds=3600)
        source.jump(seconds=30)
        clock.now()
    assert (clock.now(), clock.suspect) == (source.wall(), False)


def test_a_reset_believes_the_wall_clock_again_wherever_it_is() -> None:
    source = VirtualClock()
    clock = make_clock(source)
    source.jump(seconds=-86_400)
    clock.now()
    clock.reset()
    assert (clock.now(), clock.suspect) == (START - 86_400_000, False)
    source.advance(seconds=1)
    assert clock.now() == START - 86_399_000


@pytest.mark.parametrize(
    ("after", "expected", "suspect"),
    [
        (START - 10 * 86_400_000, START, False),
        (START + 60_000, START + 60_000, False),
        (START + MAX_STEP, START + MAX_STEP, False),
        (START + MAX_STEP + 1, START + MAX_STEP + 1, True),
        (START + 86_400_000, START + 86_400_000, True),
    ],
)
def test_a_start_never_goes_behind_what_the_store_has_seen(after: int, expected: int, suspect: bool) -> None:
    clock = make_clock(VirtualClock(), after=after)
    assert (clock.now(), clock.suspect) == (expected, suspect)


def test_two_threads_that_ask_at_once_are_answered_one_after_the_other() -> None:
    """The first asker is held up in the middle, while time passes and a second one asks."""
    source, answers = VirtualClock(), list[Millis]()
    held_up, second_answered = threading.Event(), threading.Event()

    def slow_wall() -> Millis:
        if threading.current_thread().name == "first":
            held_up.set()
            second_answered.wait(0.2)
        return source.wall()

    def ask_second() -> None:
        answers.append(clock.now())
        second_answered.set()

    clock = Clock(wall=slow_wall, monotonic=source.monotonic)
    first = threading.Thread(target=lambda: answers.append(clock.now()), name="first")
    source.jump(seconds=7200)
    clock.now()
    first.start()
    assert held_up.wait(30)
    source.advance(seconds=60)
    second = threading.Thread(target=ask_second)
    second.start()
    first.join()
    second.join()
    assert clock.suspect
    assert answers == sorted(answers)


def test_the_systems_clocks_are_in_milliseconds() -> None:
    assert wall_clock() > 1_700_000_000_000
    before = monotonic_clock()
    assert 0 <= monotonic_clock() - before < 60_000
