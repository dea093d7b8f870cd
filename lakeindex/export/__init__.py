"""A lake for data catalogs and other tools: what is known of it as their payloads, sent, compared and pulled back."""
