"""The formats. Each module has `print_values(dto, values) -> bytes` and `parse(body, dto) -> reading.Node`.

`parse` raises `reading.Malformed` and converts nothing: types are `reading.read_values`' business.
"""
