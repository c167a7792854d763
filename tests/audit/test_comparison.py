"""What an audit file and its database say of each other: a table of how far the two may be apart, and what it means."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rpcauth.audit.chain import GENESIS, write_line
from rpcauth.audit.comparison import Agreed, Ahead, Known, Unusable, Verdict, compare
from rpcauth.audit.record import BEGUN, Record
from rpcauth.audit.walk import walk
from tests.audit.test_chain import mac_of

STORE = "ab"


def write_lines(count: int, store: str = STORE, subject: str = "x") -> tuple[list[bytes], list[bytes]]:
    """The lines 1 to `count` of a store's audit, and the mac of each."""
    lines, macs, mac = [], [], GENESIS
    for seq in range(1, count + 1):
        record = Record(seq=seq, time="t", kind="changed", subject=subject, key=1)
        if seq == 1:
            record = Record(seq=1, time="t", kind=BEGUN, store=store, previous=GENESIS.hex(), key=1)
        line, mac = write_line(record, mac, mac_of)
        lines.append(line)
        macs.append(mac)
    return lines, macs


LINES, MACS = write_lines(9)
OTHERS = write_lines(9, subject="y")[0]


def known(first: int, last: int) -> Known:
    """A database that still has the lines from `first` to `last`."""
    return Known(store=STORE, lines=LINES[first - 1 : last], first=first, last=last, mac=MACS[last - 1])


def judge(folder: Path, content: bytes, of: Known) -> Verdict:
    path = folder / "audit.log"
    path.write_bytes(content)
    return compare(of, walk(path, mac_of, mark=of.last), mac_of)


def joined(first: int, last: int) -> bytes:
    return b"".join(LINES[first - 1 : last])


@pytest.mark.parametrize(
    ("content", "size", "lines", "is_repaired"),
    [
        pytest.param(joined(1, 6), joined(1, 6), b"", False, id="as far as the database"),
        pytest.param(joined(1, 5), joined(1, 5), joined(6, 6), False, id="one record behind"),
        pytest.param(joined(1, 3), joined(1, 3), joined(4, 6), False, id="behind by all that the rows have"),
        pytest.param(joined(1, 5) + LINES[5][:40], joined(1, 5), joined(6, 6), True, id="its last line torn"),
        pytest.param(joined(1, 5) + b"\0" * 90, joined(1, 5), joined(6, 6), True, id="zeros for its last line"),
        pytest.param(
            joined(1, 4) + b"#" + LINES[4][1:] + LINES[5], joined(1, 4), joined(5, 6), True, id="altered in the rows"
        ),
    ],
)
def test_the_file_may_be_behind_by_what_the_rows_have(
    tmp_path: Path, content: bytes, size: bytes, lines: bytes, is_repaired: bool
) -> None:
    verdict = judge(tmp_path, content, known(4, 6))
    assert isinstance(verdict, Agreed)
    assert (verdict.size, verdict.lines, verdict.repaired is not None) == (len(size), lines, is_repaired)
    assert size + lines == joined(1, 6)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(joined(1, 7), id="one record ahead"),
        pytest.param(joined(1, 9), id="far ahead"),
        pytest.param(joined(1, 7) + b"torn", id="ahead and torn"),
        pytest.param(joined(1, 6) + LINES[6][:40], id="with a torn line that the database does not know"),
        pytest.param(joined(1, 6) + b"\0", id="with a byte behind its end"),
    ],
)
def test_a_file_that_goes_on_behind_the_database_is_ahead(tmp_path: Path, content: bytes) -> None:
    assert isinstance(judge(tmp_path, content, known(4, 6)), Ahead)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        pytest.param(b"", "lacks the records 1 to 3", id="empty"),
        pytest.param(joined(1, 2), "lacks the records 3 to 3", id="behind by more than the rows have"),
        pytest.param(joined(1, 1) + b"#" + joined(2, 6)[1:], "line 2", id="altered before the rows"),
        pytest.param(joined(1, 2) + joined(4, 6), "line 3", id="a line taken out"),
        pytest.param(joined(1, 4) + b"#" + joined(5, 9)[1:], "more than the database knows", id="altered, and ahead"),
        pytest.param(b"".join(OTHERS[:6]), "another one", id="another history of the same store"),
        pytest.param(b"".join(OTHERS[:9]), "another one", id="another history, ahead"),
        pytest.param(b"".join(OTHERS[:5]), "not the one that", id="another history, behind"),
        pytest.param(b"".join(write_lines(6, store="cd")[0]), "another store", id="of another store"),
        pytest.param(b"no audit at all\n" * 50, "line 1", id="another kind of file"),
    ],
)
def test_a_file_that_does_not_fit_is_unusable_and_says_why(tmp_path: Path, content: bytes, what: str) -> None:
    verdict = judge(tmp_path, content, known(4, 6))
    assert isinstance(verdict, Unusable)
    assert what in verdict.what


@pytest.mark.parametrize("content", [b"", LINES[0][:30]])
def test_a_file_that_was_just_begun_is_made_of_the_rows(tmp_path: Path, content: bytes) -> None:
    assert judge(tmp_path, content, known(1, 2)) == Agreed(
        0, joined(1, 2), None if not content else "line 1 cannot be read"
    )


def forget(version: int) -> Callable[[bytes, int], bytes | None]:
    return lambda message, key: None if key == version else mac_of(message, key)


def test_a_record_under_a_key_that_the_store_lost_is_no_proof(tmp_path: Path) -> None:
    path = tmp_path / "audit.log"
    path.write_bytes(joined(1, 6))
    found = walk(path, forget(1), mark=6)
    assert isinstance(compare(known(4, 6), found, forget(1)), Unusable)
