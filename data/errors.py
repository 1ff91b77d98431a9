"""The errors that data raises for its users: one sentence each, naming the value, the limit and the fix."""


class DataError(Exception):
    """Something a user gave cannot be used; the message is a sentence to show to that user."""


class CatalogueError(DataError):
    """A catalogue file cannot be read, breaks the schema, or has not been built."""


class ChangedError(CatalogueError):
    """A file beneath a served catalogue is no longer the one that was opened; a new start of the server mends it."""


class UploadError(DataError):
    """An uploaded file or a typed value cannot be read as galaxies."""


class ArchiveError(DataError):
    """A public archive does not give what was asked for."""


class FetchError(DataError):
    """A public file cannot be fetched, or is not what it should be."""
