"""The throttles of failures and of calls: a burst, then a steady rate, each key for itself."""

from __future__ import annotations

import pytest

from rpcauth.model import Millis
from rpcauth.operations.throttle import FailureThrottle, RateLimit
from tests.support.provider import START

MINUTE = 60_000


def at(milliseconds: int) -> Millis:
    return Millis(START + milliseconds)


def burst(throttle: FailureThrottle, key: str, now: Millis) -> int:
    """How many failures of a key pass at one instant."""
    passed = 0
    while not throttle.retry_after(key, now) and passed < 10_000:
        throttle.record_failure(key, now)
        passed += 1
    return passed


@pytest.mark.parametrize("per_minute", [1, 2, 7, 30, 1000])
def test_as_many_failures_as_a_minute_allows_pass_at_once(per_minute: int) -> None:
    assert burst(FailureThrottle(per_minute=per_minute), "client", START) == per_minute


@pytest.mark.parametrize("per_minute", [1, 2, 30])
def test_then_one_passes_each_time_its_share_of_the_minute_is_over(per_minute: int) -> None:
    throttle = FailureThrottle(per_minute=per_minute)
    burst(throttle, "client", START)
    share = MINUTE // per_minute
    for number in range(1, 5):
        assert burst(throttle, "client", at(number * share - 1)) == 0
        assert burst(throttle, "client", at(number * share)) == 1


def test_after_a_quiet_minute_the_whole_burst_is_there_again() -> None:
    throttle = FailureThrottle(per_minute=30)
    burst(throttle, "client", START)
    assert burst(throttle, "client", at(MINUTE)) == 30
    assert burst(throttle, "client", at(100 * MINUTE)) == 30


def test_no_more_than_its_rate_passes_over_a_long_time() -> None:
    throttle = FailureThrottle(per_minute=30)
    passed = sum(burst(throttle, "client", at(now)) for now in range(0, 60 * MINUTE, 777))
    assert 59 * 30 <= passed <= 61 * 30


def test_one_key_does_not_pay_for_another() -> None:
    throttle = FailureThrottle(per_minute=3)
    burst(throttle, "one", START)
    assert burst(throttle, "other", START) == 3


@pytest.mark.parametrize(("now", "seconds"), [(0, 2), (1, 2), (999, 2), (1000, 1), (1999, 1), (2000, 0)])
def test_the_wait_is_told_in_whole_seconds_and_is_long_enough(now: int, seconds: int) -> None:
    throttle = FailureThrottle(per_minute=30)
    burst(throttle, "client", START)
    assert throttle.retry_after("client", at(now)) == seconds


def test_a_failure_that_was_none_is_taken_back() -> None:
    throttle = FailureThrottle(per_minute=3)
    for _ in range(100):
        assert throttle.retry_after("client", START) == 0
        throttle.record_failure("client", START)
        throttle.forgive("client")
    assert burst(throttle, "client", START) == 3
    throttle.forgive("never seen")


def test_zero_switches_it_off() -> None:
    throttle = FailureThrottle(per_minute=0)
    assert burst(throttle, "client", START) == 10_000


def test_its_memory_is_bounded_and_forgets_the_longest_silent_first() -> None:
    throttle = FailureThrottle(per_minute=1)
    for number in range(100_000):
        throttle.record_failure(str(number), START)
    throttle.record_failure("0", START)
    throttle.record_failure("one more", START)
    assert throttle.retry_after("1", START) == 0, "forgotten"
    assert throttle.retry_after("0", START) > 0, "it failed again, so it was not silent"
    assert throttle.retry_after("2", START) > 0


def test_it_is_quiet_until_a_failure_and_again_once_all_are_forgotten() -> None:
    throttle = FailureThrottle(per_minute=60)
    assert throttle.is_quiet(START)
    throttle.record_failure("one", START)
    throttle.record_failure("other", START)
    throttle.record_failure("other", START)
    assert not throttle.is_quiet(at(1999))
    assert throttle.is_quiet(at(2000))


def test_a_later_failure_of_another_does_not_make_it_quiet() -> None:
    """Else one failure from a second address would open the first one again."""
    throttle = FailureThrottle(per_minute=60)
    burst(throttle, "guesser", START)
    throttle.record_failure("other", START)
    assert not throttle.is_quiet(at(MINUTE - 1))
    assert throttle.is_quiet(at(MINUTE))


# --- calls -----------------------------------------------------------------------------------------------------------

SECOND = 1_000_000_000


def count_passing(limit: RateLimit, key: str, now: int) -> int:
    """How many calls of a key pass at one instant."""
    passed = 0
    while not limit.take(key, now) and passed < 10_000:
        passed += 1
    return passed


@pytest.mark.parametrize(("rate", "size"), [(1, 1), (10, 1), (10, 7), (0.5, 3), (1000, 100)])
def test_a_burst_passes_and_then_one_call_each_time_its_share_of_the_second_is_over(rate: float, size: int) -> None:
    limit = RateLimit(per_second=rate, burst=size)
    assert count_passing(limit, "caller", SECOND) == size
    share = round(SECOND / rate)
    for number in range(1, 5):
        assert count_passing(limit, "caller", SECOND + number * share - 1) == 0
        assert count_passing(limit, "caller", SECOND + number * share) == 1
    assert count_passing(limit, "other", SECOND) == size, "each key for itself"


def test_a_refused_call_is_not_counted_and_is_told_how_many_whole_seconds_to_wait() -> None:
    limit = RateLimit(per_second=0.1, burst=1)
    assert limit.take("caller", 0) == 0
    assert [limit.take("caller", SECOND * now) for now in (0, 1, 9)] == [10, 9, 1]
    assert limit.take("caller", SECOND * 10 - 1) == 1
    assert limit.take("caller", SECOND * 10) == 0


def test_calls_that_must_pass_are_waited_for_afterwards() -> None:
    limit = RateLimit(per_second=10, burst=5)
    limit.take("caller", 0)
    limit.charge("caller", 99, 0)
    assert limit.take("caller", 0) == 10
    assert count_passing(limit, "caller", 10 * SECOND) == 5


def test_a_rate_of_zero_switches_it_off_and_counts_nothing() -> None:
    limit = RateLimit(per_second=0, burst=1)
    limit.charge("caller", 1000, 0)
    assert count_passing(limit, "caller", 0) == 10_000
    limit.limit(per_second=1, burst=2)
    assert limit.is_on
    assert count_passing(limit, "caller", 0) == 2


def test_the_memory_of_callers_is_bounded() -> None:
    limit = RateLimit(per_second=1, burst=1)
    for number in range(100_001):
        limit.take(str(number), 0)
    assert limit.take("0", 0) == 0, "forgotten"
    assert limit.take("100000", 0) == 1


def test_the_memory_of_calls_is_bounded_and_forgets_the_longest_silent_first() -> None:
    limit = RateLimit(per_second=0.001, burst=1)
    for number in range(100_000):
        limit.charge(str(number), 1, SECOND)
    limit.charge("0", 1, SECOND)
    limit.charge("one more", 1, SECOND)
    assert limit.take("1", SECOND) == 0, "forgotten"
    assert limit.take("0", SECOND) > 0, "it called again, so it was not silent"
