"""Headlines and records from templates, never from posts."""
