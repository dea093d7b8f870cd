"""From what is known of a pair of columns to one score, with its parts."""
