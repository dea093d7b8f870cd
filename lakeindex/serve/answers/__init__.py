"""What a lake answers, as JSON: the command line, the server and the agent's tools all give these."""
