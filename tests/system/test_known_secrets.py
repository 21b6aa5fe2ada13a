"""The net: what the configuration keeps secret is taken out of any text, in whatever form a library writes it."""

from __future__ import annotations

from urllib.parse import quote, quote_plus

import pytest

from device.system.known_secrets import KnownSecrets
from device.system.secret_address import SecretAddress

_SECRET = "hu'sh é/1"


@pytest.mark.parametrize(
    "written",
    [_SECRET, quote(_SECRET), quote(_SECRET, safe="").lower(), repr(_SECRET), quote_plus(_SECRET)],
)
def test_a_secret_is_hidden_in_every_form(written: str) -> None:
    """As it is, percent-encoded in either case, or between the quotes of a repr()."""
    hidden = KnownSecrets([_SECRET]).hide(f"it was {written}, said the library")
    assert "sh" not in hidden
    assert hidden.startswith("it was ")


def test_an_encoded_secret_is_hidden_where_it_stands_decoded() -> None:
    """Urllib decodes it before it is used."""
    assert KnownSecrets([quote(_SECRET)]).hide(f"user {_SECRET}") == "user ***"


def test_a_short_secret_takes_nothing_out_of_other_words() -> None:
    """Where it stands in a URL, the form gives it away."""
    secrets = KnownSecrets(["12"])
    assert secrets.redact("640x512 of rtsp://me:12@cam/1") == "640x512 of rtsp://cam/***"


def test_what_an_earlier_configuration_had_stays_secret() -> None:
    """A restart reads another file, and threads of before may still log."""
    secrets = KnownSecrets(["first-secret"])
    secrets.learn(["second-secret"])
    assert secrets.hide("first-secret second-secret") == "*** ***"


def test_a_state_of_one_word_is_not_taken_for_a_password() -> None:
    """Somebody has "doorbell" for one."""
    secrets = KnownSecrets(["doorbell"])
    document = {"kind": "doorbell", "count": 1, "faults": ["the doorbell rang", None]}
    assert secrets.hide_in_sentences(document) == {
        "kind": "doorbell",
        "count": 1,
        "faults": ["the *** rang", None],
    }


@pytest.mark.parametrize(
    ("address", "secret"),
    [
        ("rtsp://me:hush-1234@cam/live", "hush-1234"),
        ("rtsp://hush-1234@cam/live", "hush-1234"),
        ("rtsp://me:hu/sh-12@cam/live", "hu/sh-12"),
        ("http://cam/snap.cgi?user=me&pwd=hush-1234", "hush-1234"),
        ("http://cam/snap.cgi?hush-1234", "hush-1234"),
        ("http://cam/#hush-1234", "hush-1234"),
        ("http://cam/user=me_password=hush-1234_channel=1.sdp", "hush-1234"),
        ("rtsps://cam:7441/AbCdEf123456?enableSrtp", "AbCdEf123456"),
        ("https://dl.x.org/AbCdEf123456/index.json", "AbCdEf123456"),
        ("/etc/facet/me:hush-1234@cam/1", "hush-1234"),
        ("http:/me:hush-1234@cam/1", "hush-1234"),
    ],
)
def test_an_address_knows_its_secrets(address: str, secret: str) -> None:
    """Each of them by itself, as a library may show it without the rest."""
    assert secret in SecretAddress(address).secrets()


@pytest.mark.parametrize("address", ["0", "/dev/video0", "/srv/pictures", "rtsp://cam", "a.mp4"])
def test_what_has_no_secret_hides_nothing(address: str) -> None:
    """Paths and hosts belong into the log."""
    assert list(SecretAddress(address).secrets()) == []
    assert str(SecretAddress(address)) == address


def test_the_words_of_a_usual_path_are_not_secret() -> None:
    """They stand in many a sentence."""
    address = SecretAddress("rtsp://me:hush-1234@cam/Streaming/Channels/101")
    secrets = KnownSecrets(address.secrets())
    assert secrets.hide("Streaming of Channels") == "Streaming of Channels"


def test_no_text_form_of_an_address_reveals_it() -> None:
    """Only who asks for all of it gets it."""
    address = SecretAddress("rtsp://me:hush@cam/1")
    forms = (str(address), repr(address), f"{address}", f"{address!r}", "%s" % address)  # noqa: UP031
    assert "hush" not in " ".join(forms)
    assert address.reveal() == "rtsp://me:hush@cam/1"
    assert address == SecretAddress("rtsp://me:hush@cam/1")
    assert len({address, SecretAddress("rtsp://me:hush@cam/1"), SecretAddress("0")}) == 2
