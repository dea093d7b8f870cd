"""What is told to other programs when something happened to a lake."""
