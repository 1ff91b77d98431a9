"""Exceptions whose message is a sentence for the user that names the value, the limit and the remedy."""


class DataError(Exception):
    """A user's input cannot be used; the message is shown to the user."""


class CatalogueError(DataError):
    """A catalogue file cannot be read, violates the schema, or has not been built."""


class ChangedError(CatalogueError):
    """A file beneath a served catalogue is no longer the one that was opened; a new start of the server mends it."""


class UploadError(DataError):
    """An uploaded file or a typed value cannot be read as galaxies."""


class ArchiveError(DataError):
    """A public archive did not return the requested spectrum."""


class FetchError(DataError):
    """A public file cannot be fetched, or has unexpected content."""
