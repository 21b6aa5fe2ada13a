"""What is wrong with the people who are enrolled, or with how they travel."""

from __future__ import annotations

from device.errors.facet import FacetError


class PeopleError(FacetError):
    """Something about the people who are enrolled; none of it was changed."""


class PersonNameError(PeopleError, ValueError):
    """A name that nobody can have, or that somebody else has."""


class UnknownPersonError(PeopleError):
    """Nobody is enrolled under this name or id."""


class UnknownVisitorError(PeopleError):
    """No visits of this visitor are kept."""


class NobodyEnrolledError(UnknownPersonError):
    """There is no gallery, since nobody was ever enrolled."""


class EnrolmentError(PeopleError):
    """No picture for an enrolment could be had."""


class UnsafeScoreError(PeopleError):
    """A minimum score at which people of this gallery would be mistaken for each other."""


class UnknownReferenceError(PeopleError):
    """There is no such reference."""


class TooManyReferencesError(PeopleError):
    """A person has as many references as are compared with a face."""


class GalleryError(PeopleError):
    """The file with the people cannot be used as it is; nothing in it was changed."""


class GalleryDamagedError(GalleryError):
    """The file is damaged, or is something else."""


class GalleryTooNewError(GalleryError):
    """A newer Facet has written the file."""


class GalleryInUseError(GalleryError):
    """Another process is changing the file, and does not come to an end."""


class OtherEmbedderError(GalleryError):
    """Another network has made the references, and what two networks say cannot be compared."""


class PeopleDocumentError(PeopleError):
    """A file or message with people is damaged, or nothing that can be imported."""


class SealError(PeopleDocumentError):
    """A sealed message cannot be opened with this key, or a key is none."""


class NewerSealError(SealError):
    """A newer Facet has sealed a message."""
