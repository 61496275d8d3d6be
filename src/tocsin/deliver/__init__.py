"""From a matched revision to a message that arrived."""
