"""What a bad file gives: one fault for each mistake, with its line, and no traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from device.config import ConfigError, Fault, load
from tests.config.conftest import Write


def _faults(path: Path) -> tuple[Fault, ...]:
    with pytest.raises(ConfigError) as raised:
        load(path, environment={})
    return raised.value.faults


@pytest.mark.parametrize(
    ("below", "path", "message"),
    [
        # Unknown keys, with the nearest known one: of the section, of another section, none at all.
        ("camera: {widht: 3}", "camera.widht", "unknown key; did you mean width?"),
        ("camera: {Width: 640}", "camera.Width", "unknown key; did you mean width?"),
        ("host: broker", "host", "unknown key; did you mean mqtt.host?"),
        ("zzzz: 1", "zzzz", "unknown key; remove it; known here: node, mqtt, camera"),
        ('"a\\nb": 1', "a\\nb", "unknown key"),
        # Wrong types, also those that look similar.
        ('camera: {width: "640"}', "camera.width", 'found "640"; allowed: a whole number'),
        ("camera: {width: 640.5}", "camera.width", "found 640.5; allowed: a whole number"),
        ("camera: {width: true}", "camera.width", "found true; allowed: a whole number"),
        ("camera: {width: }", "camera.width", "found nothing; allowed: a whole number"),
        ("camera: {mirror: 1}", "camera.mirror", "found 1; allowed: true or false"),
        ("camera: {source: [0]}", "camera.source", "found a list; allowed: a camera's number"),
        ("camera: 0", "camera", "found 0; allowed: a section with source, width"),
        ("camera: [0]", "camera", "found a list; allowed: a section with source"),
        ("node: {name: {a: b}}", "node.name", "found a section; allowed: text of 1 to 64"),
        ("node: {name: 12}", "node.name", "found 12; allowed: text of 1 to 64 characters"),
        ("attributes: {enabled: Male}", "attributes.enabled", 'found "Male"; allowed: a list'),
        ("attributes: {enabled: [3]}", "attributes.enabled[0]", "found 3; allowed: an attribute"),
        # Out of range.
        ("camera: {width: 1}", "camera.width", "found 1; allowed: a whole number, 160 to 7680"),
        ("camera: {rotation: 45}", "camera.rotation", "found 45; allowed: 0, 90, 180 or 270"),
        ("camera: {fourcc: JPG}", "camera.fourcc", 'found "JPG"; allowed: a four-character code'),
        ("camera: {source: ''}", "camera.source", 'found ""; allowed: a camera\'s number'),
        ("camera: {source: ~nobody-here/x}", "camera.source", 'found "~nobody-here/x"; allowed'),
        ("node: {id: living room}", "node.id", 'found "living room"; allowed: 1 to 32 letters'),
        ("node: {state_directory: ''}", "node.state_directory", 'found ""; allowed: a path'),
        ("triggers: {burst: 0}", "triggers.burst", "found 0; allowed: a whole number, 1 to 30"),
        ("attributes: {hysteresis: .inf}", "attributes.hysteresis", 'found ".inf"; allowed: a num'),
        (
            "attributes: {hysteresis: 1e999}",
            "attributes.hysteresis",
            "found inf; allowed: a number",
        ),
        ("attributes: {model: a/b}", "attributes.model", "allowed: the name of a shipped model"),
        # Attributes that the model does not know.
        ("attributes: {disabled: [Glasses]}", "attributes.disabled[0]", "did you mean Eyeglasses?"),
        # Pins.
        ("triggers: {button: {pin: 28}}", "triggers.button.pin", "found 28; allowed: a BCM number"),
        ("triggers: {button: {pin: BOARD6}}", "triggers.button.pin", 'found "BOARD6"; allowed'),
        ("triggers: {button: {pin: true}}", "triggers.button.pin", "found true; allowed: a BCM"),
        ("triggers: {motion: {}}", "triggers.motion.pin", "is missing; give a BCM number"),
        # URLs from which no picture can come.
        ("camera: {source: 'ftp://c/x'}", "camera.source", "begins with ftp://; allowed for a URL"),
        ("camera: {source: 'rtsp:///x'}", "camera.source", "has no host that can be read"),
        ("camera: {source: 'http://a:b@c:d/x'}", "camera.source", "after http:// comes USER"),
        # Settings that conflict.
        ("attributes: {enabled: [Male], disabled: [Male]}", "attributes.disabled", "names Male"),
        (
            "triggers: {button: {pin: 17, pull: none}}",
            "triggers.button.active_state",
            "must be low",
        ),
        (
            "triggers: {button: {pin: 17}, motion: {pin: BOARD11}}",
            "triggers.motion.pin",
            "is the pin of triggers.button too",
        ),
        (
            "led: {pin: GPIO4}\ntriggers: {motion: {pin: 4}}",
            "led.pin",
            "is the pin of triggers.motion too",
        ),
        # YAML that can be read, and has no meaning here.
        ("camera: !include camera.yaml", "camera", "only !secret NAME and !env NAME are known"),
        (
            "camera: !!python/name:os.system {}",
            "camera",
            "only !secret NAME and !env NAME are known",
        ),
        ("node: {name: !!int x}", "node.name", "cannot be read as int"),
        ('node: {name: "a\\0b"}', "node.name", "contains the character U+0000"),
        ('node: {name: "\\ud800"}', "node.name", "contains the character U+D800"),
        ("node: {[a]: b}", "node", "found a list as a key"),
        (f"camera: {{width: {'9' * 5000}}}", "camera.width", "cannot be read as int"),
    ],
)
def test_a_mistake_is_one_fault_on_its_line(
    write: Write, below: str, path: str, message: str
) -> None:
    """It names the setting, what was found, and what is allowed or what to do."""
    (fault,) = _faults(write(f"mqtt:\n  host: broker\n\n{below}\n"))
    assert (fault.line, fault.path) == (4, path)
    assert message in fault.message


@pytest.mark.parametrize(
    ("below", "path", "message"),
    [
        ("host: mqtt://broker", "mqtt.host", 'found "mqtt://broker"; allowed: a host name'),
        ("host: broker:1883", "mqtt.host", 'found "broker:1883"; allowed: a host name'),
        ("{}", "mqtt.host", "is missing; give a host name"),
        (
            "{host: b, port: 0}",
            "mqtt.port",
            "found 0; allowed: a whole number, 1 to 65535, or null",
        ),
        ("{host: b, protocol: 4}", "mqtt.protocol", "found 4; allowed: auto, 5 or 3.1.1"),
        ("{host: b, protocol: 5.0}", "mqtt.protocol", "found 5.0; allowed: auto, 5 or 3.1.1"),
        ("{host: b, base_topic: a/#}", "mqtt.base_topic", 'found "a/#"; allowed: topic levels'),
        ("{host: b, password: x}", "mqtt.password", "is set without mqtt.username"),
        ("{host: b, tls: {ca_file: x}}", "mqtt.tls.ca_file", "is set, but TLS is off"),
        (
            "{host: b, tls: {enabled: true, key_file: x}}",
            "mqtt.tls.key_file",
            "is set without certificate_file",
        ),
    ],
)
def test_a_mistake_about_the_broker_is_one_fault(
    write: Write, below: str, path: str, message: str
) -> None:
    """The same for the section that is required."""
    (fault,) = _faults(write(f"mqtt:\n  {below}\n"))
    assert fault.path == path
    assert message in fault.message


def test_all_mistakes_are_reported_at_once(write: Write) -> None:
    """In the order of the lines, whether YAML, a reference or a value is wrong."""
    faults = _faults(
        write("""\
mqtt:
  host: one
  host: two
camera:
  widht: 3
  rotation: 45
triggers:
  burst: !env BURST
""")
    )
    assert [(fault.line, fault.path) for fault in faults] == [
        (3, "mqtt.host"),
        (5, "camera.widht"),
        (6, "camera.rotation"),
        (8, "triggers.burst"),
    ]


def test_a_key_that_is_set_twice_names_both_lines(write: Write) -> None:
    """YAML itself would silently use the last."""
    (fault,) = _faults(write("mqtt:\n  host: one\n\n  host: two\n"))
    assert fault.line == 4
    assert fault.message == "is set a second time, first in line 2; keep one"


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        (b"", 0, "is empty; the minimum is two lines: mqtt:"),
        (b"# nothing\n", 0, "is empty"),
        (b"- mqtt\n", 1, "found a list instead of sections"),
        (b"\nmqtt\n", 2, "found a single value instead of sections"),
        (b"mqtt:\n\thost: broker\n", 2, "found a tab; YAML is indented with spaces"),
        (b"mqtt:\n  host: a: b\n", 2, "is not YAML: mapping values are not allowed here"),
        (b"mqtt:\n  host: 'a\n", 2, "is not YAML: while scanning a quoted scalar"),
        (b"mqtt:\n  host: caf\xe9\n", 2, "byte 0xe9 is not UTF-8"),
        (b"mqtt:\n  host: \x07\n", 2, "found the character U+0007"),
        ("mqtt: {host: b}".encode("utf-16"), 1, "byte 0xff is not UTF-8"),
        (b"mqtt: {host: b}\n---\nmqtt: {host: c}\n", 2, "found a second document"),
        (b"mqtt: {host: b}\ncamera: *a\n", 2, "found an alias"),
        (b"mqtt: {host: b}\ncamera: &a {}\n", 2, "found an anchor"),
        (b"mqtt: {host: b}\n&a camera: {}\n", 2, "found an anchor"),
        (b"[" * 60_000, 1, "more than 12 levels deep"),
        (b'mqtt: {host: "\\UFFFFFFFF"}', 0, "is not YAML"),
        (b"#" * 70_000, 0, "is larger than 64 KiB"),
        (b"node: {}\n", 1, "is missing; give a section with host"),
    ],
    ids=lambda value: repr(value[:20]) if isinstance(value, bytes) else None,
)
def test_a_file_that_is_not_a_configuration_is_one_fault(
    write: Write, content: bytes, line: int, message: str
) -> None:
    """Whatever it contains instead."""
    (fault,) = _faults(write(content))
    assert fault.line == line
    assert message in fault.message


def test_a_bomb_of_aliases_is_rejected(write: Write) -> None:
    """Nine lists, each of ten times the list before, would be ten thousand million items."""
    lines = ["a: &a [x]"]
    lines += [
        f"{b}: &{b} [{', '.join([f'*{a}'] * 10)}]"
        for a, b in zip("abcdefghi", "bcdefghij", strict=True)
    ]
    (fault,) = _faults(write("\n".join(lines)))
    assert (fault.line, fault.message[:15]) == (1, "found an anchor")


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    """The first thing that goes wrong on a new node."""
    (fault,) = _faults(tmp_path / "facet.yaml")
    assert str(fault) == (
        f"{tmp_path}/facet.yaml: does not exist; give another file with -c, or start from config.example.yaml"
    )


def test_a_folder_is_one_fault(tmp_path: Path) -> None:
    """The reason is the operating system's."""
    (fault,) = _faults(tmp_path)
    assert fault.message.startswith("cannot be read: Is a directory")


def test_a_password_without_quotes_is_not_shown(write: Write) -> None:
    """A password of digits is a number to YAML, and still a secret."""
    (fault,) = _faults(write("mqtt: {host: b, username: u, password: 12345678}"))
    assert fault.path == "mqtt.password"
    assert "put it in quotes" in fault.message
    assert "1234" not in str(fault)


def test_a_password_within_an_address_is_not_shown(write: Write) -> None:
    """People paste whole URLs."""
    (fault,) = _faults(write("mqtt: {host: 'mqtt://me:hush@broker'}"))
    assert "hush" not in str(fault)


def test_the_text_has_one_line_for_each_fault(write: Write) -> None:
    """In the format of compilers: editors jump to the place."""
    path = write("mqtt: {host: b}\ncamera:\n  fps: 0\n  width: 0\n")
    with pytest.raises(ConfigError) as raised:
        load(path)
    lines = str(raised.value).splitlines()
    assert lines[0].startswith(f"{path}:3: camera.fps: found 0; allowed: ")
    assert lines[1].startswith(f"{path}:4: camera.width: found 0; allowed: ")
    assert len(lines) == 2


@pytest.mark.parametrize("url", ["rtsp://me:hu/sh@camera/x", "mqtt://me:hush@camera"])
def test_a_password_within_a_cameras_url_is_not_shown(write: Write, url: str) -> None:
    """Nor what may be a part of one."""
    (fault,) = _faults(write(f"mqtt: {{host: b}}\ncamera: {{source: '{url}'}}"))
    assert fault.path == "camera.source"
    assert "hu" not in fault.message
    assert "me:" not in fault.message
