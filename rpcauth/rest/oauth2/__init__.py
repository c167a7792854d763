"""The standard endpoints of OAuth 2.0, for clients and gateways that speak OAuth instead of JSON-RPC."""
