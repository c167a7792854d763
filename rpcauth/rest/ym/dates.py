"""DateTime as .NET has it: 100 ns ticks and a kind, which is UTC, local with its offset, or unspecified.

Python's datetime has 6 digits of a second, and every format prints 7.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final, Literal

TICKS: Final = 10_000_000
"""Ticks of a second."""

_EPOCH: Final = 62_135_596_800
"""Seconds from 0001-01-01 to 1970-01-01."""

_DAY: Final = 86_400
_LARGEST: Final = 3_155_378_975_999_999_999
_UTC: Final = "utc"

Kind = Literal["utc", "unspecified"] | int


@dataclass(frozen=True, slots=True)
class DateTime:
    """`ticks` of 100 ns since 0001-01-01T00:00:00 as its own clock shows them.

    `kind` is "utc", "unspecified", or the minutes that local time is ahead of UTC.
    """

    ticks: int
    kind: Kind = "unspecified"

    @property
    def has_time_of_day(self) -> bool:
        return self.ticks % (_DAY * TICKS) != 0

    def date(self) -> str:
        """`2024-05-03`."""
        return self._second().strftime("%Y-%m-%d").rjust(10, "0")

    def time_of_day(self) -> str:
        """`12:34:56`."""
        return self._second().strftime("%H:%M:%S")

    def fraction(self) -> str:
        """The 7 digits of a second."""
        return f"{self.ticks % TICKS:07d}"

    def zone(self) -> str:
        """`Z`, `-04:00`, or nothing."""
        if self.kind == _UTC:
            return "Z"
        return format_offset(self.kind) if isinstance(self.kind, int) else ""

    def local_to(self, zone: tzinfo | None) -> DateTime:
        """An unspecified time as local time of `zone` (None: the system's); any other as it is."""
        if self.kind != "unspecified":
            return self
        return DateTime(self.ticks, _offset_at(self._second(), zone))

    def _second(self) -> datetime:
        return datetime.min + timedelta(seconds=self.ticks // TICKS)


MIN_VALUE: Final = DateTime(0)
"""0001-01-01: a DateTime that nobody has set."""

MAX_VALUE: Final = DateTime(_LARGEST, "utc")
"""9999-12-31T23:59:59.9999999Z: never."""


def utc_of(nanoseconds: int) -> DateTime:
    """The instant `nanoseconds` after the Unix epoch, as UTC."""
    return DateTime(_EPOCH * TICKS + nanoseconds // 100, "utc")


def local_of(nanoseconds: int, zone: tzinfo | None = None) -> DateTime:
    """The instant `nanoseconds` after the Unix epoch, as local time of `zone`; None: the system's."""
    moment = datetime.fromtimestamp(nanoseconds // 1_000_000_000, UTC).astimezone(zone)
    ahead = _minutes(moment.utcoffset())
    return DateTime(_EPOCH * TICKS + nanoseconds // 100 + ahead * 60 * TICKS, ahead)


def format_iso(value: DateTime) -> str:
    """.NET's "o": always 7 digits, as JSON has it."""
    return f"{value.date()}T{value.time_of_day()}.{value.fraction()}{value.zone()}"


def format_jsv(value: DateTime, zone: tzinfo | None = None) -> str:
    """As JSV and CSV have it: a date alone at midnight, no empty fraction, unspecified times as local ones."""
    if not value.has_time_of_day:
        return value.date()
    shown, fraction = value.local_to(zone), value.fraction().rstrip("0")
    digits = f".{fraction if value.kind == _UTC else value.fraction()}" if fraction else ""
    return f"{shown.date()}T{shown.time_of_day()}{digits}{shown.zone()}"


def format_xsd(value: DateTime) -> str:
    """xsd:dateTime: as many digits as it needs."""
    fraction = value.fraction().rstrip("0")
    digits = f".{fraction}" if fraction else ""
    return f"{value.date()}T{value.time_of_day()}{digits}{value.zone()}"


def format_offset(minutes: int) -> str:
    """`-04:00` of -240."""
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours:02d}:{rest:02d}"


_ISO: Final = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?\s*(Z|[+-]\d\d:?\d\d)?", re.ASCII | re.I
)
_WCF: Final = re.compile(r"\\?/Date\((-?\d{1,15})(?:[+-]\d{4})?\)\\?/", re.ASCII)


def parse_date(text: str) -> DateTime | None:
    """ISO 8601, or the `/Date(ms)/` of stock .NET clients; None for anything else. Without a zone: unspecified."""
    wcf = _WCF.fullmatch(text)
    if wcf is not None:
        return _checked(_EPOCH * TICKS + int(wcf[1]) * 10_000, "utc")
    iso = _ISO.fullmatch(text.strip())
    if iso is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in iso.groups()[:6])
    try:
        moment = datetime(year, month, day, hour, minute, second)
    except ValueError:
        return None
    fraction = int((iso[7] or "").ljust(7, "0")[:7])
    elapsed = moment - datetime.min
    return _checked((elapsed.days * _DAY + elapsed.seconds) * TICKS + fraction, _read_kind(iso[8]))


def _checked(ticks: int, kind: Kind) -> DateTime | None:
    return DateTime(ticks, kind) if 0 <= ticks <= _LARGEST else None


def _read_kind(zone: str | None) -> Kind:
    if zone is None:
        return "unspecified"
    if zone in "Zz":
        return "utc"
    minutes = int(zone[1:3]) * 60 + int(zone[-2:])
    return -minutes if zone[0] == "-" else minutes


def _offset_at(moment: datetime, zone: tzinfo | None) -> int:
    try:
        return _minutes(
            moment.replace(tzinfo=zone).utcoffset() if zone is not None else moment.astimezone().utcoffset()
        )
    except (OverflowError, ValueError):
        # The system's calendar does not reach the first and last days of .NET's.
        return 0


def _minutes(offset: timedelta | None) -> int:
    return 0 if offset is None else int(offset.total_seconds()) // 60
