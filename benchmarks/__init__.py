"""How fast it is, always beside something known in the same run."""
