"""What is wrong, and who has been told."""
