"""All SQL of the tool: rows, queries by topic, migrations.

Query functions take a `Session` and the authority they act for; they never
commit. Another tenant's row is "not found".
"""
