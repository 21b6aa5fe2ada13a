"""The TLS side of the connection with the broker."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from device.errors import TlsFileError

if TYPE_CHECKING:
    from device.config import TlsSettings


def tls_context(settings: TlsSettings) -> ssl.SSLContext:
    """Return what verifies the broker and shows the node's own certificate.

    The files are read at each connection, so that a renewed certificate needs no restart.

    Raises:
        TlsFileError: a file is missing or is not what it should be.
    """
    ca_file, certificate, key = settings.ca_file, settings.certificate_file, settings.key_file
    try:
        context = ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        message = (
            f"mqtt.tls.ca_file {ca_file}: {_why(error)}; a PEM file with certificates is needed"
        )
        raise TlsFileError(message) from error
    if certificate is not None:
        try:
            # An empty pass phrase, or OpenSSL would ask for one on the terminal.
            context.load_cert_chain(certificate, key, password="")
        except OSError as error:
            message = (
                f"mqtt.tls.certificate_file {certificate} with key_file {key}: {_why(error)}; "
                "PEM files of a certificate and of its key, without a pass phrase, are needed"
            )
            raise TlsFileError(message) from error
    if settings.insecure_skip_verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _why(error: OSError) -> str:
    if isinstance(error, ssl.SSLError):
        return (error.reason or "not in PEM format").replace("_", " ").lower()
    return error.strerror or str(error)
