"""Which products words name, and which names are none of the shop's."""
