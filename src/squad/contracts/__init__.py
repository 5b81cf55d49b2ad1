"""The published language: what services say to each other. Imports nothing of ours."""
