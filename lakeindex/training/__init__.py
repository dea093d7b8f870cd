"""Train what ships: made lakes are indexed and asked as any lake is, and what joins in them is known."""
