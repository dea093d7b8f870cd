"""Columns of moments: how fine they are, and how they meet across grains or by the nearest one."""
