"""Certificates that live as long as a test run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import trustme


@dataclass(frozen=True, slots=True)
class Certificates:
    """PEM files: two authorities, of which the first signed the broker and the node."""

    authority: Path
    stranger: Path
    broker: Path
    broker_key: Path
    node: Path
    node_key: Path


def make_certificates(folder: Path) -> Certificates:
    """Write everything into a folder."""
    files = Certificates(
        *(folder / f"{name}.pem" for name in Certificates.__annotations__),
    )
    authority = trustme.CA()
    authority.cert_pem.write_to_path(files.authority)
    trustme.CA().cert_pem.write_to_path(files.stranger)
    broker, node = authority.issue_cert("localhost"), authority.issue_cert("facet")
    broker.cert_chain_pems[0].write_to_path(files.broker)
    broker.private_key_pem.write_to_path(files.broker_key)
    node.cert_chain_pems[0].write_to_path(files.node)
    node.private_key_pem.write_to_path(files.node_key)
    return files
