"""The store: a port of domain verbs, and the engines that implement it."""
