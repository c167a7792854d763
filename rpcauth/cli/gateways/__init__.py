"""Configurations of gateways that ask this daemon about every request: one file a gateway."""
