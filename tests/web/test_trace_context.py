"""traceparent by W3C Trace Context §3.2: what is valid is carried on, what is not is as if it were not there."""

from __future__ import annotations

import pytest
from multidict import CIMultiDict, CIMultiDictProxy

from rpcauth.web.trace_context import find_trace

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
VALID = f"00-{TRACE}-{SPAN}-01"


def find(*values: str) -> str | None:
    return find_trace(CIMultiDictProxy(CIMultiDict([("Traceparent", value) for value in values])))


@pytest.mark.parametrize(
    "value",
    [VALID, f"00-{TRACE}-{SPAN}-ff", f"01-{TRACE}-{SPAN}-00", f"cc-{TRACE}-{SPAN}-01-what-comes-next"],
)
def test_trace_and_parent_of_a_valid_header_are_found(value: str) -> None:
    assert find(value) == f"{TRACE}-{SPAN}"


@pytest.mark.parametrize(
    "values",
    [
        (),
        ("",),
        (VALID, VALID),
        (VALID.upper(),),
        (f" {VALID}",),
        (f"{VALID}\n",),
        (f"{VALID}-more",),
        (f"ff-{TRACE}-{SPAN}-01",),
        (f"0-{TRACE}-{SPAN}-01",),
        (f"01-{TRACE}-{SPAN}-01x",),
        (f"00-{'0' * 32}-{SPAN}-01",),
        (f"00-{TRACE}-{'0' * 16}-01",),
        (f"00-{TRACE[:-1]}-{SPAN}-01",),
        (f"00-{TRACE}-{SPAN}x-01",),
        (f"00-{TRACE}-{SPAN}",),
        (f"00-{TRACE}-{SPAN}-0g",),
        (f"00-{TRACE[:-1]}g-{SPAN}-01",),
        ("a" * 100_000,),
    ],
)
def test_of_a_header_that_is_not_valid_nothing_is_believed(values: tuple[str, ...]) -> None:
    assert find(*values) is None
