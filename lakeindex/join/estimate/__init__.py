"""What a join will give, before it runs: rows, match rate and fan-out with their intervals."""
