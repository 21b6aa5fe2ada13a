"""The plan of a pipeline as a table for people."""

from __future__ import annotations

from collections.abc import Iterator

from rich import box
from rich.table import Table

from model.pipeline.plan import Plan, State


def plan_table(plan: Plan) -> Table:
    """Return one row per step: what it does, what it needs and makes, and how far it is."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("step", no_wrap=True)
    for title in ("what it does", "needs"):
        table.add_column(title, overflow="fold")
    for title in ("makes", "state"):
        table.add_column(title, no_wrap=True)
    missing = {source.name for source in plan.missing}
    for planned in plan.steps:
        is_lacking = planned.state is not State.DONE and not missing.isdisjoint(planned.needs)
        state = "input missing" if is_lacking else str(planned.state)
        output = str(planned.output.relative_to(plan.places.work))
        needs = ", ".join(planned.needs)
        table.add_row(planned.step.name, planned.does, needs, output, state)
    return table


def missing_inputs(plan: Plan) -> Iterator[str]:
    """Return a line for each missing input, with the command that fetches it."""
    for source in plan.missing:
        file = plan.places.source(source)
        yield f"missing: {file}; fetch it in {plan.places.work} with: {source.fetch}"
