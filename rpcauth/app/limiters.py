"""What counts calls and failures. It is made once a daemon; a configuration that is read again changes its limits."""

from __future__ import annotations

from time import perf_counter_ns

from multidict import CIMultiDictProxy

from rpcauth.config import Config
from rpcauth.errors import LimitReached
from rpcauth.model import Caller
from rpcauth.operations.throttle import FailureThrottle, RateLimit
from rpcauth.operations.token_rate import TokenRate
from rpcauth.server.addresses import Addresses
from rpcauth.server.admission import Admission
from rpcauth.server.callers import CallerRegistry


class Limiters:
    """What [limits] has counted: calls of a caller, token requests of a client, failures of an address."""

    def __init__(self, config: Config) -> None:
        self.callers = RateLimit(per_second=0, burst=1)
        self._clients = RateLimit(per_second=0, burst=1)
        self._failures = FailureThrottle(per_minute=0)
        self.tokens = TokenRate(self._clients)
        self.adopt(config)

    def adopt(self, config: Config) -> None:
        """Take the limits of another configuration; what was counted stays counted."""
        limits, server = config.limits, config.server
        self.callers.limit(per_second=limits.caller_rate, burst=limits.caller_burst)
        self._clients.limit(per_second=limits.client_rate, burst=limits.client_burst)
        self._failures.limit(per_minute=limits.address_failures)
        addresses = Addresses(trusted=server.trusted_proxies, behind_proxy=server.behind_tls_proxy)
        self.admission = Admission(addresses=addresses, failures=self._failures, callers=self.callers)

    def prove_basic(self, callers: CallerRegistry, headers: CIMultiDictProxy[str]) -> Caller | None:
        """The caller that the Authorization header proves, its call counted. Raises LimitReached for one too many."""
        caller = callers.prove_basic(headers)
        if caller is not None and (wait := self.callers.take(caller.name, perf_counter_ns())):
            raise LimitReached(wait, "caller.rate")
        return caller
