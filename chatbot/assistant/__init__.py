"""One chat turn. Start reading at `turn`."""
