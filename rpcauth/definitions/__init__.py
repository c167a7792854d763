"""Services, applications and callers as files and values: read, checked, compared with what is, and written out."""

from rpcauth.definitions.changes import (
    Change,
    DropApplication,
    DropCaller,
    DropService,
    PutApplication,
    PutCaller,
    PutService,
)
from rpcauth.definitions.comparison import SameSecret, difference
from rpcauth.definitions.parsing import parse_application, parse_caller, parse_service, parse_toml
from rpcauth.definitions.rendering import render_toml
from rpcauth.definitions.wanted import Wanted, WantedApplication, WantedCaller
from rpcauth.definitions.weaknesses import advice

__all__ = [
    "Change",
    "DropApplication",
    "DropCaller",
    "DropService",
    "PutApplication",
    "PutCaller",
    "PutService",
    "SameSecret",
    "Wanted",
    "WantedApplication",
    "WantedCaller",
    "advice",
    "difference",
    "parse_application",
    "parse_caller",
    "parse_service",
    "parse_toml",
    "render_toml",
]
