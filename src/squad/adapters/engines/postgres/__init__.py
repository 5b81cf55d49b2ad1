"""PostgreSQL by asyncpg: connections and errors, units as functions, group commit, roles."""
