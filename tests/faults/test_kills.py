"""kill -9 under load, again and again: what was acknowledged is there, and what was not is whole or absent."""

from __future__ import annotations

from pathlib import Path
from random import Random

from tests.faults.audit import check_facts, check_file
from tests.faults.ledger import Ledger
from tests.faults.load import LASTING_CODES, load, open_client
from tests.support.daemon import run_daemon
from tests.support.soak import rounds

KILLS = rounds(short=4, long=50)
ANSWERS = rounds(short=600, long=2500)
"""About how many calls are acknowledged between two kills."""

SAMPLE = rounds(short=20, long=50)


async def test_a_killed_daemon_has_kept_every_acknowledged_fact_and_no_half_of_any_other(
    tmp_path: Path, seed: int
) -> None:
    random, ledger = Random(seed), Ledger()
    with run_daemon(tmp_path, definitions=LASTING_CODES) as daemon:
        for _ in range(KILLS):
            async with load(daemon, ledger, random):
                await ledger.until_more(random.randrange(ANSWERS // 2, ANSWERS * 3 // 2))
            daemon.start()
            check_file(daemon.store, ledger)
            async with open_client(daemon, ledger) as auditor:
                await check_facts(auditor, random, SAMPLE)
        check_file(daemon.store, ledger)
    assert ledger.refused == 0
