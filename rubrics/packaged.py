"""JSON that comes with a package, read without what takes longer to import than it to read."""

import json
from importlib import import_module
from typing import Any


def read_packaged(package: str, name: str) -> Any:  # noqa: ANN401 - JSON of our own
    """Return the JSON in the file `name` of a package of ours."""
    # `importlib.resources` and `pathlib` would each take longer to import.
    folder, *_ = import_module(package).__path__
    with open(f"{folder}/{name}", "rb") as file:  # noqa: PTH123
        return json.load(file)
