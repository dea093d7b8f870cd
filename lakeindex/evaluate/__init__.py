"""Evaluate the answers on labelled queries: recall, MAP and nDCG, beside lexical baselines on the same lake."""
