"""From the comparison of a pair of columns to one score, with its parts."""
