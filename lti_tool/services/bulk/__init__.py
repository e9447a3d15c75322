"""Awards from a file: read, looked through row by row, then awarded batch by batch."""
