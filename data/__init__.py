"""Reading and writing of tables and spectra: catalogues, file formats, uploads, files of surveys."""
