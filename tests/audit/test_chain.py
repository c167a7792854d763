"""The hash chain: whatever is done to a line that was written, it is seen."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rpcauth.audit.chain import GENESIS, LineBroken, check_line, read_record, write_line
from rpcauth.audit.record import BEGUN, Record, format_time, parse_time
from rpcauth.audit.walk import Walk, walk
from rpcauth.model import Millis, RecordId

KEYS = {1: bytes(range(32)), 2: bytes(range(32, 64))}
TEXTS = st.none() | st.text(max_size=20)
RECORDS = st.builds(
    Record,
    seq=st.just(0),
    time=st.just("2027-01-15T08:00:00.000Z"),
    kind=st.sampled_from(["issued", "spent", "refreshed", "revoked", "updated", "changed"]),
    caller=TEXTS,
    user_context=TEXTS,
    subject=TEXTS,
    access_token_id=st.none() | st.integers(1, 2**63 - 1).map(RecordId),
    key=st.sampled_from(sorted(KEYS)),
)
CHAINS = st.lists(RECORDS, min_size=2, max_size=8)


def mac_of(message: bytes, version: int) -> bytes | None:
    key = KEYS.get(version)
    return None if key is None else hmac.digest(key, message, "sha256")


def numbered(record: Record, seq: int) -> Record:
    return Record(**{**{name: getattr(record, name) for name in Record.__struct_fields__}, "seq": seq})


def write_chain(records: list[Record]) -> list[bytes]:
    """The lines of a file that begins with the record 1."""
    begun = Record(seq=1, time="2027-01-15T08:00:00.000Z", kind=BEGUN, store="ab", previous=GENESIS.hex(), key=1)
    lines, mac = [], GENESIS
    for number, record in enumerate([begun, *records], start=1):
        line, mac = write_line(numbered(record, number), mac, mac_of)
        lines.append(line)
    return lines


def walk_lines(folder: Path, lines: list[bytes]) -> Walk:
    (folder / "audit.log").write_bytes(b"".join(lines))
    return walk(folder / "audit.log", mac_of)


per_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@per_folder
@given(records=CHAINS)
def test_what_was_written_is_found_whole_and_read_back(tmp_path: Path, records: list[Record]) -> None:
    lines = write_chain(records)
    found = walk_lines(tmp_path, lines)
    assert (found.fault, found.first, found.last, found.records) == (None, 1, len(lines), len(lines))
    assert found.size == found.length == sum(map(len, lines))
    assert [read_record(line) for line in lines[1:]] == [numbered(one, n) for n, one in enumerate(records, start=2)]


@per_folder
@given(records=CHAINS, data=st.data())
def test_a_byte_that_is_changed_anywhere_is_noticed_in_its_line(
    tmp_path: Path, records: list[Record], data: st.DataObject
) -> None:
    lines = write_chain(records)
    number = data.draw(st.integers(0, len(lines) - 1))
    place = data.draw(st.integers(0, len(lines[number]) - 1))
    damaged = bytearray(lines[number])
    damaged[place] ^= data.draw(st.integers(1, 255))
    found = walk_lines(tmp_path, [*lines[:number], bytes(damaged), *lines[number + 1 :]])
    assert found.fault is not None
    assert (found.fault.line, found.last) == (number + 1, number)


@per_folder
@given(records=CHAINS, data=st.data())
def test_lines_that_are_taken_out_doubled_or_exchanged_are_noticed(
    tmp_path: Path, records: list[Record], data: st.DataObject
) -> None:
    lines = write_chain(records)
    number = data.draw(st.integers(0, len(lines) - 2))
    here, after = lines[number], lines[number + 1]
    change = data.draw(st.sampled_from([[after], [here, here, after], [after, here]]))
    found = walk_lines(tmp_path, [*lines[:number], *change, *lines[number + 2 :]])
    assert found.fault is not None


@per_folder
@given(records=CHAINS, data=st.data())
def test_a_file_that_is_cut_off_anywhere_ends_with_its_last_whole_line(
    tmp_path: Path, records: list[Record], data: st.DataObject
) -> None:
    lines = write_chain(records)
    content = b"".join(lines)
    size = data.draw(st.integers(0, len(content)))
    found = walk_lines(tmp_path, [content[:size]])
    whole = content[:size].count(b"\n")
    assert (found.last, found.size) == (whole, sum(map(len, lines[:whole])))
    assert (found.fault is None) is (found.size == size)


@pytest.mark.parametrize("seq", [1, 2, 4, 5])
def test_a_line_with_another_number_than_the_next_is_noticed_however_well_it_follows(tmp_path: Path, seq: int) -> None:
    begun, second = write_chain([Record(seq=0, time="t", kind="spent", key=1)])
    mac = check_line(second, check_line(begun, GENESIS, mac_of).mac, mac_of).mac
    third, _ = write_line(Record(seq=seq, time="t", kind="spent", key=1), mac, mac_of)
    found = walk_lines(tmp_path, [begun, second, third])
    assert found.fault is not None
    assert (found.last, found.fault.what) == (2, f"has the number {seq}, not 3")


def test_a_line_is_the_record_with_one_member_more() -> None:
    record = Record(seq=7, time="2027-01-15T08:00:00.123Z", kind="revoked", before_id=RecordId(9), key=2)
    line, mac = write_line(record, b"p" * 32, mac_of)
    canonical = b'{"seq":7,"time":"2027-01-15T08:00:00.123Z","kind":"revoked","before_id":9,"key":2}'
    assert mac == hmac.digest(KEYS[2], b"p" * 32 + canonical, hashlib.sha256)
    assert line == canonical[:-1] + b',"mac":"' + mac.hex().encode() + b'"}\n'


def test_a_line_under_a_key_that_is_not_known_links_but_is_not_checked() -> None:
    line, mac = write_line(Record(seq=1, time="t", kind="spent", key=2), GENESIS, mac_of)
    link = check_line(line, GENESIS, lambda message, version: None)
    assert (link.seq, link.mac, link.is_checked) == (1, mac, False)


@pytest.mark.parametrize("line", [b"", b"\n", b"{}\n", b'{"seq":1,"key":1,"mac":"' + b"0" * 64 + b'"}', b"\xff" * 200])
def test_what_is_no_whole_line_is_broken(line: bytes) -> None:
    with pytest.raises(LineBroken):
        check_line(line, GENESIS, mac_of)


def test_a_file_without_its_first_record_is_nobodys(tmp_path: Path) -> None:
    lines = write_chain([Record(seq=0, time="t", kind="spent", key=1)])
    found = walk_lines(tmp_path, lines[1:])
    assert found.fault is not None
    assert (found.fault.line, found.records, found.store) == (1, 0, "")


@pytest.mark.parametrize("time", [0, 1_800_000_000_000, 1_800_000_000_999])
def test_a_time_is_read_as_it_was_written(time: int) -> None:
    assert parse_time(format_time(Millis(time))) == time
