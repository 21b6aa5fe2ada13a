"""List the faults of a configuration, or the entities of its node: check_configuration.py CONFIG."""

import sys
from pathlib import Path

from device.config import ConfigError, load
from device.discovery.payload import entity_id
from device.entities.table import entities
from device.entities.vocabulary import Vocabulary
from device.networks.card import read_card
from device.networks.files import model_path

try:
    config = load(Path(sys.argv[1]))
except ConfigError as error:
    for fault in error.faults:
        print(f"line {fault.line}: {fault.path} {fault.message}")
    sys.exit(1)
card = read_card(model_path(config.attributes.model))
for row in entities(config, Vocabulary.of(card)):
    print(entity_id(row, config.node.id), row.name, sep="\t")
