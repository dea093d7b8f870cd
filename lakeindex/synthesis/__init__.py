"""Training data without labels: tables are split and perturbed, so that what joins is known from lineage."""
