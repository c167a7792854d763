"""Opening the audit of a store: its file is held against the database, then caught up, or found to tell of a loss.

A refusal changes nothing. What an operator accepts is done in one transaction, and the file follows it as it follows
any commit: a crash between the two is caught up by the next start.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path

from rpcauth.audit.chain import GENESIS, LineBroken, Link, MacOf, check_line, write_line
from rpcauth.audit.comparison import Agreed, Ahead, Known, Unusable, Verdict, compare, is_beginning
from rpcauth.audit.file import AuditFile, check_regular, set_aside
from rpcauth.audit.former import find_former
from rpcauth.audit.record import BEGUN, RECOVERED, RESUMED, Record, format_time
from rpcauth.audit.walk import read_all, walk
from rpcauth.errors import StoreRefused
from rpcauth.folders import make_folder
from rpcauth.keys.keyring import Keyring
from rpcauth.model import Millis
from rpcauth.storage import stored
from rpcauth.storage.driver import Connection
from rpcauth.storage.effects import DropMeta, PutMeta
from rpcauth.storage.safeguards.pages import PageSums
from rpcauth.storage.safeguards.recovery import raise_alarm, refuse_older, replace_key, replay
from rpcauth.storage.safeguards.trail import AuditTrail
from rpcauth.storage.writing import write

_log = logging.getLogger(__name__)

AUDIT_STORE, AUDIT_PATH, AUDIT_OFF = "audit_store", "audit_path", "audit_off"
"""Rows of `meta`: whose audit it is, where its file was last seen (none: not since it was begun), and whether the store
was served without it."""

RESTORED = "restored"
"""The row of `meta` that a backup gets when it takes a store's place, until what it lacks is made good."""

ACCEPT = "rpcauth serve --accept-data-loss"
_STORE_BYTES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What is known before the file is looked at: a loss is accepted, pages are damaged, the store was just restored.

    What was restored is older than what it replaced, even where the two files cannot tell. The store itself knows when
    it was (the row RESTORED), and the loss is accepted then.
    """

    accepts_loss: bool = False
    has_damage: bool = False
    was_restored: bool = False


@dataclass(slots=True, kw_only=True)
class AuditOpening:
    """One opening; `path` is where the file is to be, `sums` those of the pages, kept by `connection`."""

    connection: Connection
    path: Path
    keyring: Keyring
    master: bytes = field(repr=False)
    node: int
    now: Callable[[], Millis]
    sums: PageSums
    circumstances: Circumstances

    def open(self) -> AuditTrail:
        """The trail, its file caught up. Raises StoreRefused, OSError."""
        make_folder(self.path.parent)
        known, verdict = self._judge()
        if isinstance(verdict, Agreed) and self.circumstances.was_restored:
            self._append(self.path, verdict)
            verdict = Ahead(walk(self.path, self.keyring.chain_mac))
        if not isinstance(verdict, Agreed):
            self._check_accepted(verdict)
            known, verdict = self._recover(known, verdict)
            if self.circumstances.has_damage:
                self.sums.renew()
        if verdict.repaired is not None:
            _log.error("the audit file was damaged at its end, and is mended from the store: %s", verdict.repaired)
        self._append(self.path, verdict)
        known = self._note_presence(known)
        file = AuditFile(self.path, size=self.path.stat().st_size)
        return AuditTrail(self.connection, file=file, sums=self.sums, known=known)

    # --- judging -----------------------------------------------------------------------------------------------------

    def _judge(self) -> tuple[Known, Verdict]:
        store = stored.read_meta(self.connection, AUDIT_STORE)
        if store is None:
            return self._begin_first()
        try:
            known = read_known(self.connection, store.hex(), self.keyring.chain_mac)
        except LineBroken as broken:
            return _nothing_known(store.hex()), Unusable(f"the store's own record of it {broken}")
        if self.circumstances.has_damage:
            return known, Unusable("pages of the store are damaged, so nobody can tell which of the two is right")
        if self.circumstances.was_restored and stored.read_meta(self.connection, AUDIT_OFF) is not None:
            return known, Unusable("what was done while it was off is not told")
        if not self.path.exists():
            return self._judge_missing(known)
        verdict = self._compare(known, self.path)
        if isinstance(verdict, Unusable) and self._is_unseen(known):
            self._set_aside()  # as a recovery was about to do when the daemon died
            verdict = Agreed(0, b"".join(known.lines))
        return known, verdict

    def _judge_missing(self, known: Known) -> tuple[Known, Verdict]:
        if self._is_unseen(known):
            return known, Agreed(0, b"".join(known.lines))
        if stored.read_meta(self.connection, AUDIT_OFF) is not None:
            return self._begin(known)
        former = Path(os.fsdecode(stored.read_meta(self.connection, AUDIT_PATH) or b""))
        if former != self.path and former.is_file():
            return self._complete(known, former)
        return known, Unusable("it is missing")

    def _is_unseen(self, known: Known) -> bool:
        """Whether the file was begun in the store, and perhaps nowhere else yet."""
        return stored.read_meta(self.connection, AUDIT_PATH) is None and is_beginning(known.lines[0])

    def _compare(self, known: Known, path: Path) -> Verdict:
        mac_of = self.keyring.chain_mac
        found = walk(path, mac_of, mark=known.last)
        verdict = compare(known, found, mac_of)
        if found.store == known.store and found.first > known.last + 1:
            former = find_former(path, found, last=known.last, mac=known.mac, mac_of=mac_of)
            return Ahead(found, former) if former else verdict
        return verdict

    def _complete(self, known: Known, former: Path) -> tuple[Known, Verdict]:
        """The file is another one from now on, and continues the chain; the former one is completed first."""
        verdict = self._compare(known, former)
        if not isinstance(verdict, Agreed):
            what = verdict.what if isinstance(verdict, Unusable) else "it goes on where the store ends"
            raise StoreRefused(f"{former}: {what}; put [audit] path back to this file, and start again")
        self._append(former, verdict)
        return self._begin(known)

    def _check_accepted(self, verdict: Ahead | Unusable) -> None:
        if self.circumstances.accepts_loss:
            return
        if isinstance(verdict, Ahead):
            what = f"{self.path}: goes on where the store ends: the store has lost what came last"
            advice = f"restore the newest backup (rpcauth restore FILE), or go on with what there is: {ACCEPT}"
        else:
            what = f"{self.path}: there must be the audit file of this store, and {verdict.what}"
            advice = f"put the right one back, or go on and revoke all that was issued before: {ACCEPT}"
        if not self.path.exists():
            advice += "; where you know that the store is whole, serve it once with [audit] enabled = false instead"
        raise StoreRefused(f"{what}; {advice}")

    # --- writing -----------------------------------------------------------------------------------------------------

    def _begin_first(self) -> tuple[Known, Verdict]:
        store = os.urandom(_STORE_BYTES)
        if self.circumstances.was_restored:
            return _nothing_known(store.hex()), Unusable("this backup is older than all that it tells")
        check_free(self.path)
        with self._transaction():
            write(self.connection, PutMeta(AUDIT_STORE, store))
            known = self._write(_nothing_known(store.hex()), [self._begun(_nothing_known(store.hex()))])
        return known, Agreed(0, b"".join(known.lines))

    def _begin(self, known: Known) -> tuple[Known, Verdict]:
        with self._transaction():
            write(self.connection, DropMeta(AUDIT_PATH))
            begun = self._write(known, [self._begun(known)])
        return begun, Agreed(0, b"".join(begun.lines))

    def _recover(self, known: Known, verdict: Ahead | Unusable) -> tuple[Known, Agreed]:
        """Replay what the file tells, refuse what is older, and go on: in the same file where it is good."""
        is_good = isinstance(verdict, Ahead) and verdict.walk.fault is None
        files = [*(verdict.former if isinstance(verdict, Ahead) else ()), self.path]
        told = chain.from_iterable(read_all(file) for file in files if file.exists())
        now = self.now()
        with self._transaction():
            records = (record for record in told if not is_good or record.seq > known.last)
            write(self.connection, PutMeta(AUDIT_STORE, bytes.fromhex(known.store)))
            done = replay(self.connection, records, not_after=None if is_good else now)
            now = max(now, done.last_time)
            everything = not is_good or done.has_gap
            bound = refuse_older(self.connection, node=self.node, now=now, done=done, everything=everything)
            self.keyring = replace_key(self.connection, self.keyring, done, master=self.master, now=now)
            what = verdict.what if isinstance(verdict, Unusable) else self._name_loss()
            text = raise_alarm(self.connection, what, done, everything=everything, now=now)
            write(self.connection, DropMeta(RESTORED))
            recovered = Record(seq=0, time=format_time(now), kind=RECOVERED, before_id=bound, subject=text, key=0)
            # Records whose keys are lost cannot be checked at each start: they are not in the file that goes on.
            if isinstance(verdict, Ahead) and is_good and not verdict.walk.unchecked:
                last = replace(known, last=verdict.walk.last, mac=verdict.walk.mac)
                after, size = self._write(last, [recovered]), verdict.walk.size
            else:
                last = replace(known, last=max(known.last, done.last))
                after, size = self._write(last, [self._begun(last), recovered]), 0
                write(self.connection, DropMeta(AUDIT_PATH))
        if not size:
            self._set_aside()
        _log.critical("%s", text)
        return after, Agreed(size, b"".join(after.lines))

    def _set_aside(self) -> None:
        if self.path.exists():
            _log.critical("the former audit file is kept as %s", set_aside(self.path, ".before"))

    def _name_loss(self) -> str:
        return "restored from a backup" if self.circumstances.was_restored else "the store had lost its end"

    def _note_presence(self, known: Known) -> Known:
        """The file is in force, and here: what the store remembers of that."""
        if stored.read_meta(self.connection, AUDIT_OFF) is not None:
            subject = "what was done while the audit was off is not told"
            resumed = Record(seq=0, time=format_time(self.now()), kind=RESUMED, subject=subject, key=0)
            with self._transaction():
                write(self.connection, DropMeta(AUDIT_OFF))
                known = self._write(known, [resumed])
            self._append(self.path, Agreed(self.path.stat().st_size, b"".join(known.lines)))
        if stored.read_meta(self.connection, AUDIT_PATH) != os.fsencode(self.path):
            with self._transaction():
                write(self.connection, PutMeta(AUDIT_PATH, os.fsencode(self.path)))
        return known

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.connection.execute("COMMIT")
        except BaseException:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            raise
        self.sums.follow()

    def _write(self, after: Known, records: Sequence[Record]) -> Known:
        """Add records behind what is known, their lines the only ones that the database then has."""
        lines, mac, seq = [], after.mac, after.last
        for record in records:
            seq += 1
            values = {name: getattr(record, name) for name in Record.__struct_fields__}
            numbered = Record(**{**values, "seq": seq, "key": self.keyring.audit_version})
            line, mac = write_line(numbered, mac, self.keyring.chain_mac)
            lines.append(line)
        self.connection.execute("DELETE FROM audit_outbox")
        self.connection.execute("INSERT INTO audit_outbox (id, event) VALUES (?, ?)", (seq, b"".join(lines)))
        return Known(store=after.store, lines=lines, first=after.last + 1, last=seq, mac=mac)

    def _begun(self, after: Known) -> Record:
        time, previous = format_time(self.now()), after.mac.hex()
        return Record(seq=0, time=time, kind=BEGUN, store=after.store, previous=previous, key=0)

    def _append(self, path: Path, verdict: Agreed) -> None:
        file = AuditFile(path, size=verdict.size)
        try:
            file.append(verdict.lines)
        finally:
            file.close()


def check_free(path: Path) -> None:
    """Raises StoreRefused where a file stands that a store without an audit does not know, OSError for what is none."""
    check_regular(path)
    if path.exists() and path.stat().st_size > 0:
        what = f"{path}: the audit file of another store, or of one that was here and is gone"
        raise StoreRefused(f"{what}; put that store back, or move this file away")


def read_known(connection: Connection, store: str, mac_of: MacOf) -> Known:
    """What the database knows of its audit. Raises LineBroken where its own lines are not whole."""
    rows = connection.execute("SELECT event FROM audit_outbox ORDER BY id").fetchall()
    lines = b"".join(lines for (lines,) in rows).splitlines(keepends=True)
    if not lines:
        raise LineBroken("is gone")
    links: list[Link] = []
    for line in lines:
        if not links:
            links.append(check_line(line, b"", lambda message, version: None))
            continue
        links.append(check_line(line, links[-1].mac, mac_of))
        if links[-1].seq != links[-2].seq + 1:
            raise LineBroken("has a gap")
    return Known(store=store, lines=lines, first=links[0].seq, last=links[-1].seq, mac=links[-1].mac)


def _nothing_known(store: str) -> Known:
    return Known(store=store, lines=(), first=0, last=0, mac=GENESIS)
