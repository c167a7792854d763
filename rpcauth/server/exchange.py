"""One request on its connection: what aiohttp's RequestHandler asks of a request, and no more.

aiohttp's own request object costs several microseconds for conveniences that nothing here uses.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiohttp import StreamReader
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http import RawRequestMessage

from rpcauth.model import Caller
from rpcauth.rpc.dialect import Dialect

if TYPE_CHECKING:
    from rpcauth.server.connections import Connection


class Exchange:
    """The head of a request, its body to come, and what was found out about it so far.

    `dialect`, `facade` (its name) and `caller` are None until they are known.
    """

    __slots__ = ("_task", "caller", "connection", "dialect", "facade", "message", "payload")

    def __init__(
        self,
        message: RawRequestMessage,
        payload: StreamReader,
        connection: Connection,
        _writer: AbstractStreamWriter,
        task: asyncio.Task[None],
    ) -> None:
        self.message = message
        self.payload = payload
        self.connection = connection
        self.dialect: Dialect | None = None
        self.facade: str | None = None
        self.caller: Caller | None = None
        self._task = task

    def split_target(self) -> tuple[str, str]:
        """Path and query as they stand in the request target; the absolute form is read like the origin form."""
        target = self.message.path
        if not target.startswith("/"):
            target = self.message.url.raw_path_qs
        path, _, query = target.partition("?")
        return path, query

    def may_be_followed(self) -> bool:
        """Whether the connection may carry another request once this one is answered.

        Not when its body has not come in whole: what follows could be more of it.
        """
        return not self.message.should_close and self.payload.is_eof() and self.connection.stays_open()

    def _cancel(self, error: BaseException) -> None:
        # aiohttp calls this when the connection is lost: whoever reads the body gets the error.
        self.payload.set_exception(error)

    def _finish(self) -> None:
        # aiohttp calls this before an answer is written, to release what request.post() made: nothing here.
        return
