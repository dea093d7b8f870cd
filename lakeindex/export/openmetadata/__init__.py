"""A lake for OpenMetadata: its names there, its payloads, and what is sent of them."""
