"""docs/configuration.md, made from the models: `python -m device.config.reference > docs/configuration.md`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

from device.config import Config
from device.config.faults import KeyPath, dotted
from device.config.schema import Schema, allowed, at
from device.config.yaml.scalar import meaning

_INTRODUCTION = """\
# Configuration

<!-- Made by `python -m device.config.reference`; change the models in device/configuration/ instead. -->

The node reads one YAML file: `facet run -c facet.yaml`. Only the broker's host has no default, so this is enough:

```yaml
mqtt:
  host: homeassistant.local
```

[config.example.yaml](../config.example.yaml) shows every setting. `facet check -c facet.yaml` says what is wrong in a
file, line by line, and tries the broker, the camera, the pins and the models. The node refuses a file with an unknown
key, a value of the wrong type or out of range, or a key that is set twice:

```text
facet.yaml:5: camera.widht: unknown key; did you mean width?; known here: source, width, height, ...
facet.yaml:6: camera.rotation: found 45; allowed: 0, 90, 180 or 270
```

## Values that are kept elsewhere

`!secret NAME` takes the value from `secrets.yaml` beside the file, as in Home Assistant; `!env NAME` takes it from the
environment. Both work for every single value.

```yaml
mqtt:
  host: homeassistant.local
  username: facet
  password: !secret mqtt_password
```

Relative paths start at the folder of the configuration file. YAML's aliases (`*name`) are not supported.

## In an editor

`facet schema > facet.schema.json` writes a JSON schema. In Visual Studio Code, with the YAML extension, settings are
completed and checked while they are typed:

```json
{
  "yaml.schemas": {"./facet.schema.json": "facet.yaml"},
  "yaml.customTags": ["!secret scalar", "!env scalar"]
}
```
"""


def reference() -> str:
    """Return the page, in Markdown."""
    schema = Config.model_json_schema()
    return "\n".join([_INTRODUCTION, *_sections(schema, ())])


def _sections(root: Schema, path: KeyPath) -> Iterator[str]:
    section = at(root, path) or {}
    settings = {key: at(root, (*path, key)) or {} for key in section["properties"]}
    plain = {key: setting for key, setting in settings.items() if "properties" not in setting}
    if path:
        yield f"## `{dotted(path)}`\n\n{section['description']}"
        if "default" in section and section["default"] is None:
            yield "Absent by default."
        yield "\n| setting | default | allowed | meaning |\n|---|---|---|---|"
        required = section.get("required", ())
        yield from (_row(key, setting, required=key in required) for key, setting in plain.items())
        yield ""
    for key in settings:
        if key not in plain:
            yield from _sections(root, (*path, key))


def _row(key: str, setting: Schema, *, required: bool) -> str:
    default = "required" if required else f"`{_word(setting['default'])}`"
    cells = [f"`{key}`", default, allowed(setting), setting["description"]]
    return f"| {' | '.join(cells)} |"


def _word(value: object) -> str:
    """Write a default as it would stand in YAML."""
    is_plain = isinstance(value, str) and meaning(value) == value
    return str(value) if is_plain else json.dumps(value)


if __name__ == "__main__":
    sys.stdout.write(reference())
