"""OpenSearch as an index: its client, how entries lie in it, what is asked of it."""
