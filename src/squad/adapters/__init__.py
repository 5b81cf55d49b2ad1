"""Technologies, one module each: adapters/<port>/<technology>.py with open(url)."""
