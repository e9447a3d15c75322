"""Random faults in documents."""

import random
from typing import Any


def spoil(chance: random.Random, document: Any) -> None:  # noqa: ANN401 - a document of any shape
    """Change, remove or add something at a random place."""
    node = document
    while True:
        keys = [*node] if isinstance(node, dict) else [*range(len(node))]
        key = chance.choice(keys)
        if isinstance(node[key], dict | list) and node[key] and chance.random() < 0.85:
            node = node[key]
            continue
        match chance.randrange(4):
            case 0:
                del node[key]
            case 1 if isinstance(node, dict):
                node["surprise"] = node[key]
            case _:
                node[key] = chance.choice([None, 5, "", "x", "a\nb", [], {}, True, node[key]])
        return
