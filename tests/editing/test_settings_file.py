"""A page reads and changes the node's file: what has faults replaces nothing."""

from __future__ import annotations

import os
import stat
from functools import partial
from pathlib import Path

import pytest

from device.editing.contents import write_contents
from device.editing.settings_file import SettingsFile
from device.editing.splice import Secret
from device.errors import ConfigError, SettingsFileError

_TEXT = "# mine\nmqtt:\n  host: broker\n  username: me\n  password: tiger-tiger\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The file, as its owner wrote it."""
    path = tmp_path / "facet.yaml"
    path.write_text(_TEXT)
    path.chmod(0o640)
    return path


@pytest.fixture
def file(path: Path) -> SettingsFile:
    """What changes it."""
    return SettingsFile(path, partial(write_contents, path), {})


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_changed_text_is_saved_with_the_password_that_was_not_shown(
    file: SettingsFile, path: Path
) -> None:
    """Permissions stay, and the text before is kept beside it."""
    shown = file.read()
    assert "tiger" not in shown.text
    config = file.save(shown.text.replace("broker", "other"), shown.revision)
    assert config.mqtt.host == "other"
    assert path.read_text() == _TEXT.replace("broker", "other")
    before = path.with_name("facet.yaml.before")
    assert before.read_text() == _TEXT
    assert _mode(path) == _mode(before) == 0o640


def test_a_text_with_a_fault_is_not_saved_and_the_fault_has_its_line(
    file: SettingsFile, path: Path
) -> None:
    """The faults are those of `facet check --config-only`."""
    shown = file.read()
    bad = shown.text.replace("username", "usrname")
    (unknown,) = file.faults(bad)
    assert (unknown.line, unknown.path) == (4, "mqtt.usrname")
    assert "did you mean username?" in unknown.message
    with pytest.raises(ConfigError):
        file.save(bad, shown.revision)
    assert path.read_text() == _TEXT
    assert not path.with_name("facet.yaml.before").exists()


@pytest.mark.parametrize("line", ["camera: {width: !hidden 1}", "node: {name: !hidden 1}"])
def test_a_password_is_neither_quoted_nor_saved_under_another_setting(
    file: SettingsFile, path: Path, line: str
) -> None:
    """Whoever may change the file could read it otherwise."""
    shown = file.read()
    text = f"{shown.text}{line}\n"
    (fault,) = file.faults(text)
    assert (fault.file, fault.line) == (str(path), 6)
    assert "tiger" not in str(fault)
    with pytest.raises(ConfigError) as refused:
        file.save(text, shown.revision)
    assert refused.value.faults == (fault,)
    assert path.read_text() == _TEXT


def test_a_valid_text_has_no_faults(file: SettingsFile) -> None:
    """While somebody types, nothing is written."""
    assert file.faults(file.read().text) == ()


def test_a_file_that_somebody_else_has_changed_is_not_overwritten(
    file: SettingsFile, path: Path
) -> None:
    """Such as its owner, in an editor."""
    shown = file.read()
    path.write_text("mqtt: {host: nano}\n")
    with pytest.raises(SettingsFileError, match="has changed meanwhile"):
        file.save(shown.text, shown.revision)
    assert path.read_text() == "mqtt: {host: nano}\n"


def test_values_are_set_and_a_password_goes_to_the_secrets(file: SettingsFile, path: Path) -> None:
    """secrets.yaml gets the file's permissions, without those of others."""
    secrets = path.with_name("secrets.yaml")
    config = file.change(
        {("mqtt", "password"): Secret("mqtt_password"), ("node", "name"): "Hall"},
        {"mqtt_password": "o'n #1"},
    )
    assert config.mqtt.password is not None
    assert config.mqtt.password.get_secret_value() == "o'n #1"
    assert "tiger" not in path.read_text()
    assert secrets.read_text() == 'mqtt_password: "o\'n #1"\n'
    assert _mode(secrets) == 0o640


def test_other_secrets_stay(file: SettingsFile, path: Path) -> None:
    """With their comments."""
    secrets = path.with_name("secrets.yaml")
    secrets.touch(0o600)
    secrets.write_text("# all\nwifi: x\n")
    file.change({("mqtt", "password"): Secret("p")}, {"p": "1234"})
    assert secrets.read_text() == '# all\nwifi: x\np: "1234"\n'
    assert _mode(secrets) == 0o600


def test_a_preview_writes_nothing(file: SettingsFile, path: Path) -> None:
    """A broker is tried before it is saved."""
    config = file.preview({("mqtt", "password"): Secret("p")}, {"p": "lion-lion"})
    assert config.mqtt.password is not None
    assert config.mqtt.password.get_secret_value() == "lion-lion"
    assert path.read_text() == _TEXT
    assert not path.with_name("secrets.yaml").exists()


def test_a_file_that_is_not_there_is_made_for_its_user_alone(tmp_path: Path) -> None:
    """At the first start of a node without install.sh."""
    path = tmp_path / "facet.yaml"
    file = SettingsFile(path, partial(write_contents, path), {})
    assert file.read().text == ""
    file.change({("mqtt", "host"): "broker"})
    assert path.read_text() == "mqtt:\n  host: broker\n"
    assert _mode(path) == 0o600


@pytest.mark.parametrize(("folder", "file"), [(0o750, 0o640), (0o700, 0o600)])
def test_a_file_that_root_makes_can_be_read_by_whom_its_folder_lets_in(
    tmp_path: Path, folder: int, file: int
) -> None:
    """The service's user, for whom root writes."""
    tmp_path.chmod(folder)
    path = tmp_path / "facet.yaml"
    SettingsFile(path, partial(write_contents, path), {}).change({("mqtt", "host"): "broker"})
    found = path.stat()
    assert stat.S_IMODE(found.st_mode) == (file if os.geteuid() == 0 else 0o600)
    assert (found.st_uid, found.st_gid) == (tmp_path.stat().st_uid, tmp_path.stat().st_gid)


def test_a_link_is_followed(tmp_path: Path, path: Path) -> None:
    """Somebody keeps the file elsewhere."""
    link = tmp_path / "link.yaml"
    link.symlink_to(path)
    SettingsFile(link, partial(write_contents, link), {}).change({("mqtt", "host"): "b"})
    assert link.is_symlink()
    assert "host: b\n" in path.read_text()


@pytest.mark.parametrize("kind", ["folder", "latin"])
def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path, kind: str) -> None:
    """It names the file."""
    path = tmp_path / "facet.yaml"
    if kind == "folder":
        path.mkdir()
    else:
        path.write_bytes(b"\xe4")
    with pytest.raises(SettingsFileError, match="cannot be read"):
        SettingsFile(path, partial(write_contents, path), {}).read()


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    """It says what to do."""
    path = tmp_path / "absent" / "facet.yaml"
    with pytest.raises(SettingsFileError, match=f"let this user write to {path.parent}"):
        SettingsFile(path, partial(write_contents, path), {}).change({("mqtt", "host"): "b"})


@pytest.mark.parametrize("owner", [(1234, 1235)])
def test_the_owner_of_the_file_stays(
    file: SettingsFile, path: Path, owner: tuple[int, int]
) -> None:
    """Root writes the file of another user."""
    if os.geteuid() != 0:
        owner = (os.geteuid(), os.getegid())
    os.chown(path, *owner)
    file.change({("node", "name"): "Hall"})
    for name in ("facet.yaml", "facet.yaml.before"):
        found = path.with_name(name).stat()
        assert (found.st_uid, found.st_gid) == owner
