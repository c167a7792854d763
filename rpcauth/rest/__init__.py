"""REST façades: whole HTTP services beside JSON-RPC, over the same operations."""
