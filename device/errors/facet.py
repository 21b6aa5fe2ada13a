"""The root of the errors that Facet raises on purpose, and those of its commands and of the node as a whole."""

from __future__ import annotations

from pathlib import Path


class FacetError(Exception):
    """Something the owner can act on; str() names it, says what was found and what to do next."""


class OutputError(FacetError):
    """Standard output cannot be written."""


class OutputClosedError(OutputError):
    """Whoever read standard output has left."""


class OfflineError(FacetError):
    """The broker does not report the node as online."""


class PinError(FacetError):
    """A pin cannot be used; str() names the setting, says what was found and what to do next."""


class PageError(FacetError):
    """The node's own page cannot be served."""


class UpdateError(FacetError):
    """An index, a file or a signature is not what it should be, or an installation failed."""


class DiagnosticsError(FacetError):
    """The archive cannot be written."""


class SettingsFileError(FacetError):
    """The node's file cannot be changed as it was asked for."""


class SetupError(FacetError):
    """A node cannot be set up, because it is already."""


class ClassifyError(FacetError):
    """An annotated picture cannot be written where it was asked for, or must not be."""


class StateDirectoryError(FacetError):
    """The node cannot write to its state directory."""


class BenchError(FacetError):
    """The measured node did not come online or did not answer."""


class DemoError(FacetError):
    """The demo cannot go on; str() says what was found and what to do next."""


class DatabaseError(FacetError):
    """The database of a fleet's observations cannot be reached, or does not do what it is asked."""


class StoreCommandError(FacetError):
    """An option of `facet store` cannot be used, or something that it needs is not installed."""


class RetireError(FacetError):
    """A node that should be forgotten is still there."""


class ProvisionError(FacetError):
    """A card cannot be made from these options. Nothing was written."""


class ModelError(FacetError):
    """A model file is missing, damaged, or does not match its JSON."""


class WrongAnswersError(ModelError):
    """This machine's TFLite computes a network otherwise than it should.

    Attributes:
        difference: of an answer from what is known to be right, the largest, in logits.
        tolerance: the largest that is allowed.
    """

    def __init__(self, network: Path, difference: float, tolerance: float) -> None:
        self.difference = difference
        self.tolerance = tolerance
        message = (
            f"model {network}: this machine's TFLite computes it wrongly, by {difference:.2g} where {tolerance:.2g} is "
            "allowed; use the network beside it, whose arithmetic is in floats"
        )
        super().__init__(message)


class CommandError(FacetError, ValueError):
    """A command that its entity does not allow arrived."""


class EntityError(FacetError, ValueError):
    """The labels of the attribute network cannot all become entities."""


class LogLevelError(FacetError):
    """The level is not one of LEVELS."""


class PerceptionStoppedError(FacetError):
    """Nobody wants to know any more what a burst shows."""


class PerceptionError(FacetError):
    """Perception fails again and again."""
