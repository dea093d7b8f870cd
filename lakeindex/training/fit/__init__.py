"""Fits of single models: boosted trees, low-rank adapters, contrastive tuning, whitening."""
