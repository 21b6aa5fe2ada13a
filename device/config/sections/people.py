"""The section `people`."""

from __future__ import annotations

from pydantic import Field

from device.config.sections.section import Section


class PeopleSettings(Section):
    """Whether people who are enrolled are recognised."""

    enabled: bool = Field(
        False,
        title="Enabled",
        description="Whether the node compares faces with those of the people who are enrolled. While it is off, no "
        "face is measured for it. Ask everybody who lives there first.",
    )
    min_score: float | None = Field(
        None,
        title="Minimum score",
        description="How similar a face must be to a person's references to be called by their name, instead of what "
        "belongs to the network. `facet people calibrate` recommends a value; a lower one calls strangers by the names "
        "of others.",
        ge=0.4,
        le=0.9,
    )
    visitors_days: int = Field(
        0,
        title="Days that unknown visitors are kept",
        description="For how many days the node keeps what faces that it does not know look like, as numbers, so that "
        "a visitor can be named afterwards. 0 keeps nobody. Unlike those who are enrolled, these people were not "
        "asked: see [people.md](people.md#unknown-visitors) first.",
        ge=0,
        le=30,
    )
