"""The rules of identity: people, hours, catalogue and grants. Pure."""
