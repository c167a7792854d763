"""W3C Trace Context: whose trace a request belongs to, for its log line. Replies need none.

https://www.w3.org/TR/trace-context/: of a header that is not valid in every part, nothing is believed (§3.2.2).
"""

from __future__ import annotations

import re
from typing import Final

from multidict import CIMultiDictProxy, istr

TRACEPARENT: Final = istr("traceparent")

# Versions to come may say more behind the flags; version ff there will never be.
_VALID: Final = re.compile(
    r"(?:00-(?P<now>{ids})-[0-9a-f]{2}|(?!00|ff)[0-9a-f]{2}-(?P<later>{ids})-[0-9a-f]{2}(?:-[!-~]*)?)".replace(
        "{ids}", "(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}"
    )
)


def find_trace(headers: CIMultiDictProxy[str]) -> str | None:
    """`<trace-id>-<parent-id>` of the one valid traceparent header; None when there is none such."""
    if TRACEPARENT not in headers:
        return None
    values = headers.getall(TRACEPARENT)
    found = _VALID.fullmatch(values[0]) if len(values) == 1 else None
    return None if found is None else found["now"] or found["later"]
