"""What we send, and what became of it."""
