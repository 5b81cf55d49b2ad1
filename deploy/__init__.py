"""How the product is run: on this machine, with systemd, in containers."""
