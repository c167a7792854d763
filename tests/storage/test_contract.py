"""The contract of the storage port, against every engine."""

from tests.storage.contract import *  # noqa: F403
from tests.storage.contract_rows import *  # noqa: F403
