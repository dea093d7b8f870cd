"""JSON Lines and JSON: `objects` finds the tables of a file, `connector` reads their rows.

`decoding` gives the text, `exact_numbers` the values, `payload` the records inside a document, `row_lists` and `features`
rows that are no plain objects, `kinds` the type of each key, `cell_texts` its arrays.
"""
