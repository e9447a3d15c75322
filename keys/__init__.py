"""Code about keys; never key material. Pure: no web, database, network or clock."""
