"""The node's assembly: the only module that knows all the others, and wires them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import timedelta
from functools import partial

from device.config import Config
from device.entities.documents import hidden_attributes
from device.entities.settings import Settings
from device.entities.table import entities, offered
from device.errors import CameraStuckError
from device.mqtt.topics import Topics
from device.networks.files import is_own_network, model_path, network_version
from device.node.answers import Answers
from device.node.capture import CaptureThread
from device.node.controls import Controls
from device.node.expiring_state import ExpiringState
from device.node.fan_out import FanOut
from device.node.gate import Gate
from device.node.hardware import REAL, Hardware, Senses, open_senses, safe_senses
from device.node.health import Health
from device.node.inbox import Inbox
from device.node.loop import End, Inputs, Loop, Takers, Upkeep
from device.node.mqtt_wiring import open_mqtt
from device.node.observer import Observer
from device.node.page import WithPage
from device.node.page_wiring import open_page
from device.node.parts import PartSources
from device.node.people_desk import PeopleDesk
from device.node.reporter import About, Reporter, Sources
from device.node.settings_store import SettingsStore
from device.node.shared_topic import SharedTopic
from device.node.sink import GuardedSink, Sink
from device.node.spare_memory import SpareMemory
from device.node.start import AS_USUAL, Start
from device.node.state_directory import (
    PERCEPTION,
    SETTINGS,
    STATE,
    make_state_directory,
    open_boot_log,
    remove_unfinished,
)
from device.node.timing import USUAL, Timing
from device.node.triage import Triage
from device.observation import MotionLevel, utc_now
from device.perception.pipeline import Judgement
from device.supervision.boot_log import BootLog
from device.supervision.heartbeats import Heartbeats
from device.system.clock import Clocks, SystemClock
from device.system.json_store import JsonStore
from device.system.known_secrets import KnownSecrets
from device.system.memory import Reclaimable
from device.system.vitals import is_alarmed, read_vitals, under_voltage_alarm
from device.updates.node.checker import Updates
from device.updates.request import FOLDER

# The triggers' own.
_CLOCK = time.monotonic


def run_node(
    config: Config,
    inbox: Inbox,
    *,
    boot_log: BootLog | None = None,
    heartbeats: Heartbeats | None = None,
    start: Start = AS_USUAL,
    sinks: Sequence[Sink] = (),
    hardware: Hardware = REAL,
    timing: Timing = USUAL,
) -> End:
    """Run a node until a Stop is put into its inbox, or Home Assistant asks for a restart.

    Args:
        config: the node's.
        inbox: where its messages come in.
        boot_log: is informed when this start has succeeded; None opens the one of the state directory.
        heartbeats: of its threads; None is for a node that no watchdog checks.
        start: as usual or in safe mode.
        sinks: receive everything too, after MQTT; their exceptions are logged.
        hardware: opens camera, networks, pins and LED.
        timing: how long to wait for what.

    Raises:
        FacetError: a model cannot be loaded, the state directory not be used, perception fails again and again, or the
            camera does not let go for a restart.
    """
    boot_log = open_boot_log(config) if boot_log is None else boot_log
    heartbeats = Heartbeats() if heartbeats is None else heartbeats
    gate = Gate(inbox.put)
    started = _CLOCK()
    with ExitStack() as stack:
        if start.is_safe_mode:
            senses = safe_senses(config, gate.put, stack)
        else:
            senses = open_senses(config, gate.put, stack, hardware, _CLOCK)
        table = entities(config, senses.vocabulary)
        inbox.sort_with(Triage(table, Settings.configured(config)))
        directory = make_state_directory(config)
        # In safe mode too: then above all somebody should see that the node needs its owner.
        led = stack.enter_context(hardware.led(config.led))
        clocks = Clocks(_CLOCK, SystemClock())
        state = ExpiringState(
            table,
            JsonStore(directory / STATE),
            expiry=config.attributes.expiry,
            clock=_CLOCK,
            read_clock=clocks.read,
        )
        mqtt = open_mqtt(
            config, table, directory, gate, heartbeats.link, state, stack, clocks=clocks
        )
        shared = SharedTopic(mqtt.link, Topics.of(config), senses.sharing)
        # The outbox is open, for this process alone.
        remove_unfinished(directory)
        restarts_from = started + (timing.restart_pause if start.is_restart else 0.0)
        own = open_page(
            start.page, config, table, directory, senses, gate.put, restarts_from, stack
        )
        memory = SpareMemory(Reclaimable().give_back, _CLOCK)
        fan_out = FanOut(
            (mqtt.sink, *map(GuardedSink, (*sinks, own.page, memory))),
            state=state,
            picture_expiry=config.privacy.picture_expiry,
            hidden=hidden_attributes(senses.vocabulary.labels, table),
            redact=KnownSecrets(config.secrets()).hide_in_sentences,
            offered=offered(senses.vocabulary.labels, senses.vocabulary.unreliable),
            clock=_CLOCK,
        )
        updates = Updates(config.updates, directory / FOLDER, _model(config), heartbeats.updates)
        settings = Settings.configured(config)
        observer = _observer(config, senses)
        capture = CaptureThread(
            senses.camera,
            observer,
            gate.put,
            heartbeats.capture,
            clock=_CLOCK,
            timing=timing,
            gallery=senses.gallery_work(gate.put, _CLOCK, timing),
            live=own.live,
        )
        people = PeopleDesk(
            table,
            None if senses.people is None else capture,
            fan_out,
            WithPage(mqtt.sink, own.page),
            on_somebody_over=own.forgetting_too(fan_out.forget),
            clock=_CLOCK,
        )
        health = Health(
            boot_log,
            JsonStore(directory / PERCEPTION),
            is_safe_mode=start.is_safe_mode,
            clock=_CLOCK,
            timing=timing,
        )
        answers = Answers(
            config.node.id,
            settings,
            capture,
            fan_out,
            health,
            # By the time there is an answer there may be a way to the broker.
            on_trigger=mqtt.link.try_now,
            clock=_CLOCK,
        )
        reporter = Reporter(
            table,
            fan_out,
            Sources(
                is_busy=lambda: answers.is_busy,
                is_connected=lambda: mqtt.link.is_connected,
                pin_faults=lambda: senses.triggers.faults,
                node_faults=lambda: filter(
                    None,
                    (start.fault, *controls.faults, health.fault, senses.fault, own.page.fault),
                ),
                last_failure=lambda: boot_log.present_failure,
                vitals=partial(read_vitals, directory),
                is_under_voltage=partial(is_alarmed, under_voltage_alarm()),
                started_at=lambda: utc_now() - timedelta(seconds=_CLOCK() - started),
                newest_version=lambda: controls.newest_version,
                updates=lambda: updates.status,
                queue_length=lambda: mqtt.sender.waiting,
                dropped_events=lambda: mqtt.sender.dropped,
                coalesced_presses=lambda: answers.coalesced,
            ),
            led=led,
            about=About(senses.model, start.is_safe_mode),
            clock=_CLOCK,
            timing=timing,
        )
        controls = Controls(
            table,
            SettingsStore(JsonStore(directory / SETTINGS), settings),
            fan_out,
            # The camera first: privacy waits for nothing.
            apply=(
                lambda settings: capture.set_private(is_private=settings.privacy),
                own.apply,
                reporter.apply,
                fan_out.apply,
                answers.apply,
                people.apply,
                senses.arm,
            ),
            updates=updates,
            people=people.ask,
            clock=_CLOCK,
            timing=timing,
        )
        parts = own.parts(
            PartSources(
                is_connected=lambda: mqtt.link.is_connected,
                link_fault=lambda: mqtt.link.fault,
                camera=lambda: senses.camera.status,
                is_private=lambda: controls.settings.privacy,
                pin_faults=lambda: senses.triggers.faults,
                node_faults=reporter.node_faults,
                updates=lambda: updates.status,
            )
        )
        loop = Loop(
            Inputs(inbox, _CLOCK, senses.triggers.close, gate.close, restarts_from),
            heartbeats,
            timing,
            controls=controls,
            answers=answers,
            reporter=reporter,
            takers=Takers((shared.handle, mqtt.sink.handle), people.take, shared.share),
            upkeep=Upkeep(
                always=(
                    senses.triggers.retry,
                    led.retry,
                    reporter.show_status,
                    mqtt.sink.tick,
                    fan_out.tick,
                    health.tick,
                    controls.tick,
                ),
                when_idle=(
                    controls.publish_if_owed,
                    people.publish_if_owed,
                    mqtt.sender.flush,
                ),
                when_quiet=(reporter.report, parts.report, memory.tick),
                due=lambda: mqtt.sink.due,
            ),
        )

        fan_out.begin(mqtt.sender.newest())
        controls.begin()
        people.begin()
        reporter.report()
        # What the sensor says is in the inbox, if its pin could be claimed.
        reporter.motion_is(MotionLevel())
        health.begin()
        # They end in reverse: first of all the link reports that the node is offline.
        stack.callback(capture.stop)
        capture.start()
        stack.callback(updates.stop)
        updates.start()
        stack.callback(mqtt.link.stop)
        mqtt.link.start()
        end = loop.run()
    if end is End.RESTART and capture.is_running:
        message = (
            f"camera {config.camera.source} did not answer for {timing.end_of_capture:.0f} s, and the next start "
            "cannot share it with a thread that still waits for it; the process ends instead. Check the camera's cable "
            "or network"
        )
        raise CameraStuckError(message)
    return end


def _observer(config: Config, senses: Senses) -> Observer:
    return Observer(
        config.node.id,
        senses.camera,
        senses.perceive,
        senses.reconsider,
        burst=config.triggers.burst,
        judgement=Judgement(config.attributes.thresholds, hysteresis=config.attributes.hysteresis),
        others=senses,
        clock=_CLOCK,
    )


def _model(config: Config) -> tuple[str, str] | None:
    """Return name and version of the network that updates concern, if it is not the owner's own."""
    name = config.attributes.model
    return None if is_own_network(name) else (name, str(network_version(model_path(name))))
