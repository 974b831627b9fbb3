"""A resumable log of a turn's events: written once, read by any number of readers that come and go."""
