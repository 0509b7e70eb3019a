"""The API of templates, one subject a file."""
