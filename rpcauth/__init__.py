"""rpcauth: an OAuth 2.0 provider daemon that speaks JSON-RPC."""

__version__ = "0.1.0"
