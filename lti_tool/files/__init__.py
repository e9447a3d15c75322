"""Artefacts: bytes by random keys, in a local folder or an object store."""
