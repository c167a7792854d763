"""The one thing that setup.cfg cannot say: these folders are beside the package here, and inside it in a wheel."""

from setuptools import find_packages, setup

setup(packages=[*find_packages(include=["rpcauth", "rpcauth.*"]), "rpcauth.migrations", "rpcauth.conformance"])
