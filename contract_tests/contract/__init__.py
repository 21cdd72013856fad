"""What the API promises: files, references and overlays as mock and suite read them, and what the suite needs."""
