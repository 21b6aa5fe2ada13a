"""The commands of `facet`. Each one's work is in a module that is imported when the command runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from device import __version__
from device.cli.help_texts import MANY_NODES, NODE, WITHOUT_A_NODE, examples
from device.cli.page import page
from device.cli.people.command import people
from device.cli.provision.command import provision
from device.cli.run_options import SETUP_VARIABLE, RunOptions
from device.cli.store import store
from device.errors import BenchError

app = typer.Typer(
    name="facet",
    help="A facial-attribute sensor for Home Assistant: press a button, and see what the camera saw.",
    epilog=examples("facet demo", "facet classify portrait.jpg", "facet check facet.yaml"),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

ConfigFile = Annotated[
    Path | None,
    typer.Argument(help="The node's YAML file.", show_default="facet.yaml"),
]
ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", "-c", metavar="FILE", help="Another way to name the file."),
]
OpenBroker = Annotated[
    str | None,
    typer.Option(help="HOST[:PORT] of a broker without a password; an embedded one if unset."),
]
Model = Annotated[
    str,
    typer.Option(help="A shipped model's name, or the path of a .tflite with its JSON beside it."),
]


def _chosen(file: Path | None, option: Path | None) -> Path | None:
    """Return the configuration that a command was given, whichever way."""
    if file is not None and option is not None:
        message = f"{file} and -c {option}: give one file, either way"
        raise typer.BadParameter(message)
    return option if file is None else file


def _config(file: Path | None, option: Path | None) -> Path:
    """Return the configuration of a command that needs one."""
    return _chosen(file, option) or Path("facet.yaml")


def _version(is_wanted: bool) -> None:
    if is_wanted:
        typer.echo(f"facet {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


@app.command(rich_help_panel=NODE)
def run(
    file: ConfigFile = None,
    config: ConfigOption = None,
    log_level: Annotated[str, typer.Option(help="debug, info, warning or error.")] = "info",
    setup: Annotated[
        bool,
        typer.Option(
            "--setup",
            envvar=SETUP_VARIABLE,
            help="Without a broker in the file, serve a page that asks for one; see `facet page code`.",
        ),
    ] = False,
) -> None:
    """Run the node until Ctrl-C or SIGTERM."""
    from device.cli.run import run as run_node

    run_node(RunOptions(_config(file, config), log_level, is_setup=setup))


@app.command(
    rich_help_panel=WITHOUT_A_NODE,
    epilog=examples("facet demo --once", "facet demo --camera 0"),
)
def demo(
    broker: OpenBroker = None,
    camera: Annotated[
        str | None,
        typer.Option(help="A webcam (0), picture, folder, video or URL; a portrait if unset."),
    ] = None,
    once: Annotated[
        bool, typer.Option("--once", help="Press once, print the observation as JSON, and end.")
    ] = False,
) -> None:
    """Try the whole node without hardware: Enter is its button."""
    from device.cli.demo import demo as try_it
    from device.system.logs import start_logging

    start_logging("warning")
    try_it(broker, camera, once=once)


@app.command(
    rich_help_panel=NODE,
    epilog=examples("sudo facet check -c /etc/facet/facet.yaml", "facet check --online 120"),
)
def check(
    file: ConfigFile = None,
    config: ConfigOption = None,
    config_only: Annotated[
        bool, typer.Option("--config-only", help="Validate the configuration, and try nothing.")
    ] = False,
    online: Annotated[
        float | None,
        typer.Option(
            min=0,
            metavar="SECONDS",
            help="Wait at most this long until the broker reports the node online, and try nothing else.",
        ),
    ] = None,
) -> None:
    """Validate the configuration, then try broker, camera, pins and models; exit code 1 if any does not work."""
    if online is not None:
        from device.config import load
        from device.mqtt.presence import wait_until_online

        typer.echo(wait_until_online(load(_config(file, config)), online))
        return
    from device.cli.check import check as try_everything

    if not try_everything(_config(file, config), config_only=config_only):
        raise typer.Exit(1)


@app.command(rich_help_panel=NODE)
def retire(
    file: ConfigFile = None,
    config: ConfigOption = None,
    even_if_online: Annotated[
        bool,
        typer.Option(
            "--even-if-online",
            help="Do so even if the broker still reports the node online, as after both failed together.",
        ),
    ] = False,
) -> None:
    """Clear everything that the broker keeps of a node that is stopped; Home Assistant then forgets the device."""
    from device.cli.retire import retire as clear

    for topic in clear(_config(file, config), even_if_online=even_if_online):
        typer.echo(f"cleared {topic}")


@app.command(rich_help_panel=NODE)
def schema() -> None:
    """Print the JSON schema of the configuration file, for editors."""
    from device.config import json_schema

    typer.echo(json.dumps(json_schema(), indent=2))


@app.command(rich_help_panel=NODE)
def entities(
    file: Annotated[
        Path | None,
        typer.Argument(
            help="Show the entities of the node with this YAML file.",
            show_default="every entity that a node can have",
        ),
    ] = None,
    config: ConfigOption = None,
    everything: Annotated[
        bool,
        typer.Option("--all", help="Show each attribute's entity too, and what they all mean."),
    ] = False,
) -> None:
    """Print the table of Home Assistant entities."""
    from device.cli.entities import print_entities

    print_entities(_chosen(file, config), everything=everything)


@app.command(
    rich_help_panel=WITHOUT_A_NODE,
    epilog=examples(
        "facet classify portrait.jpg holidays/",
        "facet classify --json holidays/ > holidays.jsonl",
        "facet classify --annotate shown/ holidays/",
    ),
)
def classify(
    pictures: Annotated[
        list[Path], typer.Argument(help="JPEG, PNG, WebP or BMP files, or folders of them.")
    ],
    model: Model = "attributes",
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document per picture, one per line.")
    ] = False,
    annotate: Annotated[
        Path | None,
        typer.Option(
            help="Write the picture with boxes and attributes to this file; several into a folder."
        ),
    ] = None,
    overwrite: Annotated[
        bool,
        typer.Option(
            "--overwrite",
            help="Let --annotate replace files that exist, except the pictures that it shows.",
        ),
    ] = False,
    everything: Annotated[
        bool, typer.Option("--all", help="Show the subjective and the unreliable attributes too.")
    ] = False,
) -> None:
    """Report what pictures show, without broker, camera or configuration."""
    from device.cli.classify import Showing
    from device.cli.classify import classify as classify_pictures

    showing = Showing(
        as_json=as_json, everything=everything, annotated=annotate, may_overwrite=overwrite
    )
    if not classify_pictures(pictures, model, showing):
        raise typer.Exit(1)


@app.command(rich_help_panel=NODE)
def diagnostics(
    file: ConfigFile = None,
    config: ConfigOption = None,
    out: Annotated[Path, typer.Option(help="The archive; an existing one is replaced.")] = Path(
        "facet-diagnostics.zip"
    ),
) -> None:
    """Write one archive for a bug report: versions, settings, checks and log, without a password or a picture."""
    from device.cli.diagnostics import write_diagnostics

    names = write_diagnostics(_config(file, config), out)
    typer.echo(f"{out} has {', '.join(names)}. Passwords are masked; check it before you share it.")


@app.command(
    rich_help_panel=WITHOUT_A_NODE,
    epilog=examples("facet bench --json > before.json", "facet bench --compare before.json"),
)
def bench(
    broker: OpenBroker = None,
    picture: Annotated[
        Path | None, typer.Option(help="One clear face; the demo's portrait at 640x480 if unset.")
    ] = None,
    model: Model = "attributes",
    presses: Annotated[int, typer.Option(min=1, max=10_000, help="How many are measured.")] = 30,
    memory: Annotated[
        bool,
        typer.Option("--memory", help="Measure what each import and network adds to the memory."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    as_markdown: Annotated[
        bool, typer.Option("--markdown", help="Print a row for docs/benchmarks.md.")
    ] = False,
    compare: Annotated[
        Path | None, typer.Option(help="Compare with what --json has printed in another run.")
    ] = None,
) -> None:
    """Measure what a press costs on this machine, and what the networks alone cost."""
    if memory:
        from device.cli.memory.table import print_memory

        if as_markdown or compare is not None:
            message = "--memory has neither --markdown nor --compare; leave one of them out"
            raise BenchError(message)
        print_memory(as_json=as_json)
        return
    from device.cli.bench import chosen_view, print_bench

    show = chosen_view(as_json=as_json, as_markdown=as_markdown, compared_with=compare)
    print_bench(broker, picture, model, presses, show)


app.add_typer(people, rich_help_panel=NODE)
app.add_typer(page, rich_help_panel=NODE)
app.command(
    rich_help_panel=MANY_NODES,
    epilog=examples(
        "facet provision --node hall --host broker.lan --ca-file ca.crt --wifi Home --wifi-country DE",
        "facet provision --csv nodes.csv --host broker.lan --ca-file ca.crt",
    ),
)(provision)
app.add_typer(store, rich_help_panel=MANY_NODES)
