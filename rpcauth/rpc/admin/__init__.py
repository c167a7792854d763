"""The administrative methods, for the socket of the daemon and the console alone."""
