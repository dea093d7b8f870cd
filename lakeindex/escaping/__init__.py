"""Write text of the lake so that a terminal, a page or a spreadsheet shows it and does nothing else with it."""
