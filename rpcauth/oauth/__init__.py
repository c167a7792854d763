"""The rules of OAuth 2.0. Pure: no clock, no randomness, no I/O, no async; `now` and fresh values are arguments."""
