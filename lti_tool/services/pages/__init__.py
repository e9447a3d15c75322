"""Read models of single pages, by audience."""
