"""A shop that does not exist, with sixty days behind it, so that a newcomer sees the console at work."""
