"""The methods as the OpenRPC document describes them: schemas, texts, errors and examples, as tables."""
