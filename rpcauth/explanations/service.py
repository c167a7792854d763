"""Rules about the daemon itself: what it cannot do now, and services that are not there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

SERVICE_RULES: Final[Mapping[str, str]] = {
    "service.unknown": "No service of this service_key is defined, or it was removed while the call was on its way.",
    # The store
    "writer.queue_full": "More operations waited than [limits] queue allows, so this one was not begun. The disk or "
    "the processor cannot keep up: look at both, and at who sends so much.",
    "writer.backlog": "Operations had waited for longer than [limits] queue_wait, so this one was not begun. The disk "
    "or the processor cannot keep up: look at both, and at who sends so much.",
    "writer.stopped": "The daemon was ending. Whoever asks again meets the next one.",
    "writer.slow": "The store did not answer within [server] request_timeout; whether the operation was carried out "
    "is not known. Look at the disk.",
    "writer.failing": "A commit had failed, and nothing is written until the disk can be written to again. It is "
    "tried anew with every request: look at the disk.",
    "writer.defect": "The store's own code failed, which is a defect. Report it with the log's lines of that second.",
    "sums.failing": "The sums of the store's pages cannot be written, and nothing is done that a damage could hide. "
    "Look at the disk of the store.",
    "audit.failing": "The audit file cannot be written, and nothing is done that is not recorded. Look at the disk of "
    "[audit] path.",
    "audit.failed": "The operation was committed, but its audit record could not be written, so it was not "
    "acknowledged. Look at the disk of [audit] path.",
    "SQLITE_*": "The database reported this error. Look at the disk and its messages (dmesg), then type: rpcauth "
    "doctor",
    "SQLITE_FULL": "The disk of the store is full. Make room: the daemon goes on by itself.",
    "SQLITE_BUSY": "Another program holds the database locked. Nothing but rpcauth may open the store.",
    "SQLITE_READONLY": "The store's file or its file system may not be written to. Check owner, mode and mount.",
    "SQLITE_CORRUPT": "The database is damaged. Stop the daemon, keep a copy of the files, and restore a backup: "
    "rpcauth restore FILE",
}
