"""What the daemon does: one transaction each, as a value, and the functions that façades call.

The only callers of the store and of the grants. Façades hand over RFC words and get values back.
"""
