"""Holding a provider that was killed, or whose disk failed, against the ledger of those who used it."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random

import pysqlite3

from rpcauth.storage.verification import verify_offline
from tests.faults.ledger import Client, Ledger, Standing, Standings

HALVES = {
    "a code spent for nothing": "SELECT id FROM codes WHERE spent_at IS NOT NULL AND grant_id IS NULL",
    "a spent code without its grant": (
        "SELECT id FROM codes WHERE spent_at IS NOT NULL AND grant_id NOT IN (SELECT id FROM grants)"
    ),
    "a grant without its code": (
        "SELECT id FROM grants WHERE grant_type = 'authorization_code'"
        " AND id NOT IN (SELECT grant_id FROM codes WHERE grant_id IS NOT NULL)"
    ),
    "a grant without tokens": (
        "SELECT id FROM grants WHERE id NOT IN (SELECT grant_id FROM access_tokens WHERE grant_id IS NOT NULL)"
        " OR (grant_type = 'authorization_code' AND id NOT IN (SELECT grant_id FROM refresh_tokens))"
    ),
    "a spent refresh token without its successors": (
        "SELECT id FROM refresh_tokens WHERE spent_at IS NOT NULL AND ("
        "successor_refresh_id NOT IN (SELECT id FROM refresh_tokens)"
        " OR successor_access_id NOT IN (SELECT id FROM access_tokens))"
    ),
    "a successor whose parent is not spent": (
        "SELECT c.id FROM refresh_tokens c JOIN refresh_tokens p ON p.id = c.parent_id"
        " WHERE p.successor_refresh_id IS NOT c.id"
    ),
}
"""What a transaction that came through in part would leave behind, with the statement that finds it."""


def check_file(store: Path, ledger: Ledger) -> None:
    """The file is sound, nothing in it is half, and no token in it was never asked for."""
    with closing(connect(store)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        halves = {name: connection.execute(statement).fetchall() for name, statement in HALVES.items()}
        assert {name: rows for name, rows in halves.items() if rows} == {}
        (tokens,) = connection.execute("SELECT count(*) FROM access_tokens").fetchone()
        assert ledger.given <= tokens <= ledger.asked, (ledger.given, tokens, ledger.asked)


def check_records(store: Path, master: bytes, audit: Path, ledger: Ledger) -> None:
    """The audit file is whole, and tells of every token that was given and of none that was never asked for."""
    found, is_ours = verify_offline(store, master, audit)
    assert (found.fault, is_ours) == (None, True)
    records = [json.loads(line) for line in audit.read_bytes().splitlines()]
    tokens = {record.get("access_token_id") for record in records if record["kind"] in ("issued", "refreshed")} - {None}
    assert ledger.given <= len(tokens) <= ledger.asked, (ledger.given, len(tokens), ledger.asked)


def connect(store: Path) -> sqlite3.Connection:
    """A reader of a store that a daemon has open."""
    connection: sqlite3.Connection = pysqlite3.connect(f"{store.absolute().as_uri()}?mode=ro", uri=True)
    return connection


async def check_facts(auditor: Client, random: Random, sample: int) -> None:
    """Every acknowledged fact holds. What proves itself only by use is used: all that was in doubt, `sample` of the
    rest of each kind.
    """
    await _check_access_tokens(auditor)
    for grant in sorted(auditor.ledger.lost_refreshes, key=lambda grant: grant.code):
        await auditor.refresh(grant)
    await _check_refresh_tokens(auditor, random, sample)
    await _check_codes(auditor, random, sample)
    await _check_access_tokens(auditor)


async def _check_access_tokens(auditor: Client) -> None:
    standings = auditor.ledger.access_tokens
    live = await auditor.find_live(list(standings))
    wrong = {
        token: standing
        for token, standing in standings.items()
        if standing is not Standing.IN_DOUBT and (token in live) is not (standing is Standing.GOOD)
    }
    assert wrong == {}


async def _check_refresh_tokens(auditor: Client, random: Random, sample: int) -> None:
    standings = auditor.ledger.refresh_tokens
    grants = {grant.refresh_token: grant for grant in auditor.ledger.grants.values()}
    for token in _choose(standings, Standing.GOOD, random, sample):
        await auditor.refresh(grants[token])
    for token in _choose(standings, Standing.DEAD, random, sample):
        assert await auditor.is_refused(grant_type="refresh_token", refresh_token=token), token


async def _check_codes(auditor: Client, random: Random, sample: int) -> None:
    ledger = auditor.ledger
    for code in _choose(ledger.codes, Standing.GOOD, random, sample):
        await auditor.redeem(code)
    for code in _choose(ledger.codes, Standing.IN_DOUBT, random, len(ledger.codes)):
        # Redeemable or spent; what a spent one bought is nobody's, and check_file has seen that it is whole.
        if await auditor.is_refused(grant_type="authorization_code", code=code):
            del ledger.codes[code]
    for code in _choose(ledger.codes, Standing.DEAD, random, sample):
        assert await auditor.is_refused(grant_type="authorization_code", code=code), code
        # Whether the replay came late enough to revoke what the code had bought depends on the second.
        for standings, key in ledger.grants[code].facts(ledger):
            standings[key] = Standing.IN_DOUBT


def _choose(standings: Standings, standing: Standing, random: Random, count: int) -> list[str]:
    found = [key for key, value in standings.items() if value is standing]
    return random.sample(found, min(count, len(found)))
