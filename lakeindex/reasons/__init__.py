"""Reasons for people: of all the evidence of a match the few things that matter, in words, and drawn as a waterfall."""
