"""One module a survey: how its files are recognised and read, and which of their pixels are bad."""
