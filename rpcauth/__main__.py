"""`python -m rpcauth`: the same as the command `rpcauth`."""

from rpcauth.cli.main import main

if __name__ == "__main__":
    main()
