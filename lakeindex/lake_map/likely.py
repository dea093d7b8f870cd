"""How probable a reference is that is shown unless asked for others."""

LIKELY = 0.4
"""Of databases that were made, each chosen by a model that learned from others, F1 is best between .3 and .45.

Of calibrated probabilities it is at half the best F1 (Lipton, Elkan and Naryanaswamy, 2014).
"""
