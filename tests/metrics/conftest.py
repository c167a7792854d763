from tests.faults.conftest import disk, library

__all__ = ["disk", "library"]
