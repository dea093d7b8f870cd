"""Which value is right where sources disagree."""
