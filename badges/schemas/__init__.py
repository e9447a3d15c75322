"""JSON Schemas of our own: what we issue, accept and read."""
