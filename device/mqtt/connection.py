"""One connection with the broker, from CONNECT to its end. It does not come back: see link.py.

A client of paho that reconnects by itself first sends what was left over from before, ahead of
discovery and of the states as they are now. A new client has nothing left over.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from typing import TYPE_CHECKING

from device.errors import LinkError
from device.mqtt import errors
from device.mqtt.client import Callbacks, MqttClient
from device.mqtt.errors import Reason
from device.mqtt.message import ReceivedMessage, RetainedMessage
from device.mqtt.session import Session
from device.mqtt.sizes import TOO_LONG, publish_size, subscribe_size
from device.mqtt.subscription import Subscription
from device.mqtt.unconfirmed import Answer, Unconfirmed, next_number
from device.mqtt.waits import USUAL

if TYPE_CHECKING:
    from device.config import MqttSettings

PATIENCE = 10.0
"""Seconds, for each of TCP, TLS and the broker's answers; a small machine needs two for TLS."""
MOST_UNCONFIRMED = 500
"""Messages that are published and not confirmed: an announcement and the events after it are some seventy."""
MOST_UNCONFIRMED_BYTES = 4 * 2**20
"""Bytes of all of these: an announcement with its picture and the events after it are less than one megabyte."""

# Seconds that a round of paho's network loop takes when nothing happens.
_ROUND_SECONDS = 1.0
# MQTT 5, 3.4.2.1: the broker takes the message, and nobody has subscribed to its topic.
_NO_MATCHING_SUBSCRIBERS = 0x10


@dataclass(frozen=True, slots=True, kw_only=True)
class Handlers:
    """What a connection calls, on paho's thread, which an exception would end.

    Attributes:
        message: called with each message that comes.
        answer: called with a number from publish() and the broker's answer, possibly before publish() has returned.
    """

    message: Callable[[ReceivedMessage], None] = lambda _message: None
    answer: Callable[[int, Answer], None] = lambda _number, _answer: None


class Connection:
    """A connection with the broker, between open() and its end.

    Args:
        settings: where to connect to, and with which credentials.
        session: as which client.
        version: of MQTT, "5" or "3.1.1".
        handlers: for what comes from the broker.
        confirmation: seconds that the broker has to confirm a message, once it has confirmed the one before.
    """

    def __init__(
        self,
        settings: MqttSettings,
        session: Session,
        version: str,
        handlers: Handlers,
        *,
        confirmation: float = USUAL.confirmation,
    ) -> None:
        self.version = version
        self._settings = settings
        self._session = session
        self._handlers = handlers
        # One more than may be published here: the last message of close() always has room.
        self._client = MqttClient(settings, session, version, MOST_UNCONFIRMED + 1)
        self.together = self._client.together
        """Lets the messages that are published within leave together, in their order, at its end."""
        self._confirmation = confirmation
        self._unconfirmed = Unconfirmed(MOST_UNCONFIRMED, MOST_UNCONFIRMED_BYTES, handlers.answer)
        self._welcome: Reason | None = None
        self._longest_packet: int | None = None
        self._socket_error = ""
        self._is_closing = False
        self._end: Reason | None = None
        self._given_up: LinkError | None = None
        self._subscription = Subscription()
        self._answered, self._ended = Event(), Event()

    def open(self, patience: float = PATIENCE) -> None:
        """Connect, and wait until the broker has welcomed the client.

        Args:
            patience: seconds that the broker has to answer CONNECT.

        Raises:
            LinkError: there is no connection; the text says why and what to do.
        """
        callbacks = Callbacks(
            self._on_welcome,
            self._on_end,
            self._subscription.answered,
            self._on_answer,
            self._handlers.message,
            self._on_error,
        )
        try:
            self._client.connect(callbacks, PATIENCE)
        except LinkError:
            raise
        except (OSError, UnicodeError) as error:
            raise errors.unreachable(self._settings, error) from error
        self._answered.wait(patience)
        if self._welcome is not None and not self._welcome.is_failure:
            return
        self.close()
        if self._client.violation:
            raise errors.not_mqtt(self._settings, self.version, self._client.violation)
        if self._welcome is None:
            raise errors.unanswered(self._settings, self.version, self._socket_error)
        raise errors.refused(self._settings, self.version, self._welcome)

    def subscribe(self, *topics: str, patience: float = PATIENCE) -> list[str]:
        """Subscribe, wait for the broker's answer, and return the topics that it refuses.

        Args:
            topics: may have wildcards.
            patience: seconds that the broker has to answer.

        Raises:
            LinkError: it did not answer in this time, or not for each topic, it takes no packet of this length, or the
                connection ended before.
        """
        if self._is_too_long(subscribe_size(topics)):
            raise errors.too_small(self._settings, self._longest_packet or 0)
        self._subscription.send(lambda: self._client.subscribe(topics))
        reasons = self._subscription.wait(patience)
        if reasons is None and self._ended.is_set():
            raise self._why_ended()
        if reasons is None:
            raise errors.unanswered_subscription(self._settings, topics, patience)
        if len(reasons) != len(topics):
            raise errors.miscounted_subscription(self._settings, topics, len(reasons))
        answers = zip(topics, reasons, strict=True)
        return [topic for topic, reason in answers if reason.is_failure]

    def unsubscribe(self, topic: str) -> None:
        """End a subscription, before anything that is published from now on."""
        self._client.unsubscribe(topic)

    def publish(self, topic: str, payload: str | bytes, *, retain: bool) -> int | None:
        """Hand a message over for delivery at least once.

        A broker that has left MOST_UNCONFIRMED messages without an answer is given up: the connection ends, and what
        was in memory for it goes with it. So is one that takes too long for one of them; see wait_until_ended.

        Returns:
            a number that no other message of this process has, or None when the connection is gone. One that is
            too long for the broker is refused here: the broker would end the connection, again and again.
        """
        number = next_number()
        size = publish_size(topic, payload)
        if self._is_too_long(size):
            self._handlers.answer(number, Answer(TOO_LONG))
            return number
        is_sent = self._publish(
            size, number, lambda: self._client.publish(topic, payload, retain=retain)
        )
        return number if is_sent else None

    def publish_to_present(self, topic: str, payload: bytes) -> None:
        """Hand a message over for delivery at most once, to whoever is connected to the broker now.

        It counts as unconfirmed until the socket has taken it, so that what waits in memory stays bounded. It does not
        wait for messages that the broker has to confirm, and overtakes those that are beyond the twenty in flight;
        what is published after it never overtakes it.
        """
        size = publish_size(topic, payload)
        if self._is_too_long(size):
            self._handlers.answer(next_number(), Answer(TOO_LONG))
        else:
            self._publish(size, None, lambda: self._client.publish_to_present(topic, payload))

    def has_room(self, topic: str, payload: str | bytes) -> bool:
        """Whether a message may be published now without giving the broker up."""
        return self._unconfirmed.has_room(publish_size(topic, payload))

    @property
    def has_ended(self) -> bool:
        """Whether it is over."""
        return self._ended.is_set()

    def wait_until_ended(self, on_round: Callable[[], None] = lambda: None) -> LinkError:
        """Wait for the end of the connection, and return what ended it.

        A broker that owes a confirmation for too long is given up here.

        Args:
            on_round: called about once a second, as long as paho's thread makes its rounds.
        """
        seen = self._client.rounds
        while not self._ended.wait(_ROUND_SECONDS):
            if self._client.rounds != seen:
                seen = self._client.rounds
                on_round()
            self._give_up_if_overdue()
        self._client.let_go()
        return self._why_ended()

    def close(self, last_message: RetainedMessage | None = None, timeout: float = 3.0) -> None:
        """Disconnect, so that the broker does not publish the will.

        Args:
            last_message: published before. If the broker does not confirm it, the connection is cut instead, so that
                the broker does publish the will.
            timeout: seconds that the broker has to confirm it.
        """
        is_confirmed = self._ended.is_set() or last_message is None
        if not is_confirmed and last_message is not None:
            size = publish_size(last_message.topic, last_message.payload)
            is_confirmed = not self._is_too_long(size) and self._client.publish_and_wait(
                last_message, timeout
            )
        self._is_closing = True
        if is_confirmed:
            self._client.disconnect()
        else:
            self._client.abort()
        if self._ended.wait(timeout):
            self._client.let_go()

    def __str__(self) -> str:
        """Name the broker."""
        return f"the connection with {self._settings.host}:{self._settings.effective_port}"

    def _is_too_long(self, size: int) -> bool:
        return self._longest_packet is not None and size > self._longest_packet

    def _publish(self, size: int, number: int | None, publish: Callable[[], int | None]) -> bool:
        """Publish a message of size bytes within the bounds; return whether it is on its way."""
        if self._given_up is not None or self._ended.is_set():
            return False
        if not self._unconfirmed.reserve(size):
            waiting = self._unconfirmed
            self._give_up(errors.unconfirmed(self._settings, waiting.count, waiting.bytes))
            return False
        message_id = publish()
        if message_id is None:
            self._unconfirmed.release(size)
            return False
        self._unconfirmed.sent(message_id, size, number)
        return True

    def _give_up_if_overdue(self) -> None:
        if self._given_up is None and self._unconfirmed.overdue > self._confirmation:
            waiting = self._unconfirmed.count
            self._give_up(errors.overdue(self._settings, self._confirmation, waiting))

    def _give_up(self, error: LinkError) -> None:
        self._given_up = error
        self._client.abort()

    def _why_ended(self) -> LinkError:
        if self._given_up is not None:
            return self._given_up
        if self._client.violation:
            return errors.violated(self._settings, self._client.violation)
        client_id = self._session.client_id
        return errors.ended(self._settings, client_id, self._end, self._socket_error)

    # These run on paho's thread.

    def _on_welcome(self, reason: Reason, longest_packet: int | None) -> None:
        self._longest_packet = longest_packet
        self._welcome = reason
        self._answered.set()

    def _on_end(self, reason: Reason) -> None:
        # The broker's reason comes first; the closed socket is then reported without one.
        self._end = self._end or reason
        self._ended.set()
        self._answered.set()
        self._subscription.end()

    def _on_answer(self, message_id: int, reason: Reason) -> None:
        is_heard = reason.code != _NO_MATCHING_SUBSCRIBERS if self.version == "5" else None
        refusal = reason.name if reason.is_failure else None
        self._unconfirmed.answered(message_id, Answer(refusal, is_heard, reason.is_for_now))

    def _on_error(self, text: str) -> None:
        # What paho reports once the socket is closed does not say why it was.
        if not self._is_closing and not self._ended.is_set():
            self._socket_error = text
