"""The survey: looks at the rows now and then, for metrics that must not read the store themselves.

Whoever asks for them gets what was found last, at once, whatever the disk does.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from rpcauth.errors import StorageUnavailable
from rpcauth.keys.keyring import Keyring, Purpose, SealedKey
from rpcauth.keys.signing import find_active
from rpcauth.model import Millis, RecordId
from rpcauth.operations.data_loss import DATA_LOSS

_log = logging.getLogger(__name__)

PERIOD: Final = 10.0
"""Seconds between two looks, and between two counts of the tokens."""

STEP: Final = 2_000
STEP_PAUSE: Final = 0.05
"""Rows of tokens that are read at once, in a millisecond, and seconds until the next ones are."""


class CountedTokens(Protocol):
    """A stretch of the rows of access tokens: how many, the last id, and how many of them are good."""

    @property
    def rows(self) -> int: ...
    @property
    def live(self) -> int: ...
    @property
    def last(self) -> RecordId | None: ...


class Countable(Protocol):
    """What the count needs of an engine."""

    async def count_live_tokens(self, after: RecordId, limit: int) -> CountedTokens:
        """The tokens that are good, among the next rows behind an id."""


class Surveyable(Countable, Protocol):
    """What the survey needs of an engine."""

    @property
    def keyring(self) -> Keyring: ...

    def now(self) -> Millis: ...

    def find_meta(self, name: str) -> bytes | None:
        """A named value of the store itself."""

    async def list_keys(self) -> Sequence[SealedKey]:
        """The rows of the keys."""

    async def find_oldest_due(self) -> Millis | None:
        """Since when the row that the sweeper is latest with has been due."""


@dataclass(slots=True)
class Findings:
    """What was found last; what was not looked at yet is None or empty.

    `keys` tells of each purpose when the key that is in use was made, of signing keys the one that has signed longest.
    """

    sweeper_lag: int | None = None
    live_tokens: int | None = None
    keys: Mapping[Purpose, Millis] = field(default_factory=dict)
    is_data_lost: bool = False


async def survey_for_ever(store: Surveyable, findings: Findings) -> None:
    """Look and count until cancelled. What a store cannot tell now stays as it was found before."""
    async with asyncio.TaskGroup() as group:
        group.create_task(_look_for_ever(store, findings))
        group.create_task(_count_for_ever(store, findings))


async def look(store: Surveyable, findings: Findings) -> None:
    """One look at all but the number of tokens."""
    findings.keys = _find_key_times(await store.list_keys(), store.keyring, store.now())
    findings.is_data_lost = store.find_meta(DATA_LOSS) is not None
    due = await store.find_oldest_due()
    findings.sweeper_lag = 0 if due is None else max(0, store.now() - due)


async def count_tokens(store: Countable, pause: float = STEP_PAUSE) -> int:
    """How many access tokens are good, in many small reads; what is issued meanwhile may count or not."""
    live, after = 0, RecordId(0)
    while True:
        counted = await store.count_live_tokens(after, STEP)
        live += counted.live
        if counted.last is None or counted.rows < STEP:
            return live
        after = counted.last
        await asyncio.sleep(pause)


async def _look_for_ever(store: Surveyable, findings: Findings) -> None:
    while True:
        try:
            await look(store, findings)
        except StorageUnavailable as error:
            _log.warning("the survey waits: the store answers %s", error.detail)
        await asyncio.sleep(PERIOD)


async def _count_for_ever(store: Surveyable, findings: Findings) -> None:
    while True:
        try:
            findings.live_tokens = await count_tokens(store)
        except StorageUnavailable as error:
            _log.warning("the tokens are not counted: the store answers %s", error.detail)
        await asyncio.sleep(PERIOD)


def _find_key_times(rows: Sequence[SealedKey], keyring: Keyring, now: Millis) -> Mapping[Purpose, Millis]:
    times: dict[Purpose, Millis] = {}
    for row in sorted(rows, key=lambda row: row.version):
        if row.purpose is not Purpose.SIGNING:
            times[row.purpose] = row.created_at
    signing = [active for keys in keyring.signing.values() if (active := find_active(keys, now)) is not None]
    if signing:
        times[Purpose.SIGNING] = min(key.active_at for key in signing)
    return times
