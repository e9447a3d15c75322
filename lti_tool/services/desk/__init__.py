"""The program desk: what coordinators do. Every use case takes a `ProgramScope`."""
