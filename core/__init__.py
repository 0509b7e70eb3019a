"""Whose row, who calls, what is due, what was changed: the ground under every other folder."""
