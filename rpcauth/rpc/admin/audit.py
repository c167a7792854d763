"""The administrative methods for the audit: whether a file of it is whole, and the end of an alarm."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from rpcauth.audit.walk import Walk
from rpcauth.errors import DefinitionsRefused
from rpcauth.operations.audit_rotation import RotateAudit
from rpcauth.operations.data_loss import AcknowledgeLoss
from rpcauth.rpc.binding import Handler
from rpcauth.rpc.invocation import Invocation
from rpcauth.storage.port import Store


class AuditTrail(Protocol):
    """What is kept, and where the file is that was written before the present one; None when no other was begun."""

    @property
    def is_kept(self) -> bool: ...

    @property
    def former(self) -> Path | None: ...


class AuditedStore(Store, Protocol):
    """What an engine tells of its audit."""

    @property
    def trail(self) -> AuditTrail: ...

    async def verify_audit(self, path: Path) -> tuple[Walk, bool]:
        """The walk through a file, and whether it is this store's. Raises OSError."""


class AuditMethods:
    """The methods."""

    def __init__(self, store: AuditedStore) -> None:
        self._store = store

    def handlers(self) -> dict[str, Handler]:
        """The table of methods."""
        return {
            "admin.verifyAudit": self.verify,
            "admin.rotateAudit": self.rotate,
            "admin.acknowledgeLoss": self.acknowledge_loss,
        }

    async def verify(self, call: Invocation, /, path: object) -> object:
        """What stands in a file of the audit, and the first line that does not belong."""
        file = Path(call.reader.text("path", path, limit=4096))
        if not file.is_absolute():
            raise call.reader.fail("path")
        try:
            return describe_walk(*await self._store.verify_audit(file))
        except OSError as error:
            raise DefinitionsRefused([f"{file}: {error.strerror}; name another file"]) from None

    async def rotate(self, call: Invocation, /) -> object:
        """Begin another file; the former one stays beside it, named by the numbers of its records."""
        if not self._store.trail.is_kept:
            raise DefinitionsRefused(["no audit is kept; set [audit] enabled = true"])
        await self._store.execute(RotateAudit())
        former = self._store.trail.former
        if former is None:
            raise DefinitionsRefused(["the audit goes on in the same file; the daemon's log says why"])
        return {"former": str(former)}

    async def acknowledge_loss(self, call: Invocation, /) -> object:
        """An operator knows that data was lost: the alarm ends."""
        await self._store.execute(AcknowledgeLoss())
        return True


def describe_walk(found: Walk, is_ours: bool) -> Mapping[str, Any]:
    """A walk as JSON: `good` where every record is this store's and follows from the one before it."""
    fault = None if found.fault is None else {"line": found.fault.line, "what": found.fault.what}
    return {
        "good": fault is None and is_ours and found.last > 0,
        "of_this_store": is_ours,
        "records": found.records,
        "first": found.first,
        "last": found.last,
        "previous": found.previous.hex(),
        "mac": found.mac.hex(),
        "unchecked": found.unchecked,
        "fault": fault,
    }
