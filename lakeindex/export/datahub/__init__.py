"""A lake for DataHub: its names there, its payloads, and what is sent of them."""
