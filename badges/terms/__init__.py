"""What each term of the pinned JSON-LD contexts means, learned once and kept as data."""
