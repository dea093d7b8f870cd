"""lakeindex: what in this lake joins with this column, how, and can I trust it?"""
