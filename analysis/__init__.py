"""What is computed when somebody asks: answers about galaxies, for the pages, the API and the command line."""
