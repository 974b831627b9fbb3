"""The doors over HTTP: server-sent events for a chat, REST for everything else."""
