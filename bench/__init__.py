"""Measures throughput and latency of the daemon, as ratios to a bare aiohttp echo on the same core: `make bench`."""
