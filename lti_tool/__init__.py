"""The LTI tool: edges, use cases, storage."""
