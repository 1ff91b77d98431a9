"""Work on files on disk: predictions in parts of flat memory, and catalogues measured in survey files."""
