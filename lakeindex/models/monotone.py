"""The directions in which a feature may change the prediction of monotone trees."""

FOR, AGAINST, EITHER = 1, -1, 0
