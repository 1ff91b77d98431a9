"""Reading and writing of data: catalogues, file formats, uploads, survey files, public archives."""
