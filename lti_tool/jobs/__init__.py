"""Background work: Huey wakes, the rows say what to do."""
