"""A protected API: it answers each request with what arrived of it, and counts."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True, slots=True)
class Arrived:
    """A request as it came in; `headers` keep their order, their case, and their repetitions."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: str

    def values(self, name: str) -> list[str]:
        """The values of a header under any spelling that a server could take for it; empty ones are none."""
        wanted = name.lower()
        return [value for key, value in self.headers if key.lower().replace("_", "-") == wanted and value]


@dataclass(slots=True)
class Upstream:
    """`arrived` holds every request so far."""

    port: int
    arrived: list[Arrived] = field(default_factory=list)


@contextmanager
def run_upstream() -> Iterator[Upstream]:
    """An upstream on a free port of loopback."""
    upstream = Upstream(port=0)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def __getattr__(self, name: str) -> Callable[[], None]:
            if not name.startswith("do_"):
                raise AttributeError(name)
            return self.answer

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            arrived = Arrived(self.command, self.path, list(self.headers.items()), body.decode())
            upstream.arrived.append(arrived)
            text = json.dumps([arrived.method, arrived.target, arrived.headers, arrived.body]).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(b"" if self.command == "HEAD" else text)

        def log_message(self, format: str, *args: object) -> None:
            return

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """A gateway that ends its idle connections is no error."""

    with Server(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        upstream.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield upstream
        finally:
            server.shutdown()
            thread.join()
