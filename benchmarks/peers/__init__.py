"""The systems that lakeindex is compared with: each what an afternoon with a registry package gives, untuned."""
