"""Where products come from."""
