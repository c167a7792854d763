"""The yardstick: a bare aiohttp application on uvloop that gives every body back. `python -m bench.echo PORT`."""

from __future__ import annotations

import sys

import uvloop
from aiohttp import web


async def echo(request: web.Request) -> web.Response:
    return web.Response(body=await request.read(), content_type="application/json")


def main(port: int) -> None:
    application = web.Application()
    application.router.add_post("/", echo)
    web.run_app(application, host="127.0.0.1", port=port, access_log=None, print=None, loop=uvloop.new_event_loop())


if __name__ == "__main__":
    main(int(sys.argv[1]))
