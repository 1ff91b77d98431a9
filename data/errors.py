"""Exceptions whose message is a sentence for the user that names the value, the limit and the remedy."""


class DataError(Exception):
    """A user's input cannot be used; the message is shown to the user."""


class CatalogueError(DataError):
    """A catalogue file cannot be read, violates the schema, or has not been built."""


class UploadError(DataError):
    """An uploaded file or a typed value cannot be read as galaxies."""


class ArchiveError(DataError):
    """A public archive did not return the requested spectrum."""


class FetchError(DataError):
    """A public file cannot be fetched, or has unexpected content."""
