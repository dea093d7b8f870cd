"""The full disjunction of tables: every tuple, joined with all that agrees with it, none that another subsumes."""
