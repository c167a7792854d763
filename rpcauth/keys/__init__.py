"""Keys: the master key, the versioned keys under it, sealing, digests, and human-chosen secrets."""
