"""How good the answers are, on labelled queries, beside lexical baselines on the same lake."""
