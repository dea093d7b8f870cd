"""Inference in NumPy of the models that were trained; `weights` holds their files."""
