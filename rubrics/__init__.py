"""What a rubric is, and what a set of ratings amounts to.

Pure: no web, database, network or clock.
"""
