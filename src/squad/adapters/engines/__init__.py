"""Technology that adapters of several ports share. Only adapters import it."""
