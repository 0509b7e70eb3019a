"""Menus that answer."""
