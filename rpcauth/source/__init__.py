"""What an operator wrote, and where: TOML and JSON read into Structs, with every problem found at its place."""
