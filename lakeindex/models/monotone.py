"""The direction in which a feature may change what monotone trees predict."""

FOR, AGAINST, EITHER = 1, -1, 0
