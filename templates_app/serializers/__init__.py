"""How the API reads and shows templates, one subject a file."""
