"""The composition root: the one place where configuration, store, façades and servers are plugged together."""
