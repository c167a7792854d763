"""The audit file: an append-only, hash-chained record of what was done. Which rows belong to it, storage/ knows."""
