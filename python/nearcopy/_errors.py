"""What can go wrong. The words are those of the library."""


class Error(Exception):
    """Base of all errors of nearcopy."""


class InputError(Error, ValueError):
    """A document that is none, a column that is not there. Says which, and what to do."""


class SettingError(Error, ValueError):
    """A setting that does not exist, or a value that cannot mean anything."""


class MixedError(Error):
    """Something stored was made by another recipe or format version."""


class MalformedError(Error):
    """Something stored cannot be understood: no index is there, or it is damaged."""


class StorageError(Error, OSError):
    """The disk is full or failing, the index is open for reading only, or it was opened before this
    process was forked.
    """


class SameIdError(Error, ValueError):
    """An id was added a second time with another text, and ``same_id="refuse"`` was asked for."""


class ClosedError(Error, ValueError):
    """The index was closed."""
