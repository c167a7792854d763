"""Wire example files (`.io`): what goes over the wire and what comes back, replayed over real HTTP.

The format: docs/wire-examples.md. Nothing here knows the program under test.
"""
