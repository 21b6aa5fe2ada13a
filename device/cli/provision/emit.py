"""YAML for files that people read as well: in the given order, and with quotes where they remove doubt."""

from __future__ import annotations

from typing import ClassVar

import yaml


class _Scalar(str):
    """Text that determines how it is written."""

    __slots__ = ()
    tag: ClassVar[str] = "tag:yaml.org,2002:str"
    style: ClassVar[str | None] = None


class Lines(_Scalar):
    """Text that is written as several lines."""

    __slots__ = ()
    style = "|"


class Quoted(_Scalar):
    """Text in quotes, so that its meaning does not depend on what a plain word means."""

    __slots__ = ()
    style = '"'


class SecretName(_Scalar):
    """The name of a value in secrets.yaml."""

    __slots__ = ()
    tag = "!secret"


def emit(data: object) -> str:
    """Return a document."""
    text: str = yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)
    return text


class _Dumper(yaml.SafeDumper):
    pass


def _represent(dumper: _Dumper, text: _Scalar) -> yaml.ScalarNode:
    return dumper.represent_scalar(text.tag, str(text), style=text.style)


_Dumper.add_multi_representer(_Scalar, _represent)
