"""The tests. A package of its own: some packages from PyPI install another one of this name."""
