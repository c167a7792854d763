"""Settings of every test: property tests have no deadline, because a busy machine is no defect."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("rpcauth", deadline=None)
settings.load_profile("rpcauth")
