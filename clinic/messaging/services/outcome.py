"""Moving a message forward, and only forward: the one place that sets a settled state."""

from clinic.core.time import now
from clinic.messaging.models import Message
from clinic.messaging.rules.states import State, after_report, may_move


def settle(message: Message, to: State, *, error: str = "", void_reason: str = "") -> bool:
    """Sets a state that we decide on; False when it may not follow. The row is locked; the caller saves it."""
    if not may_move(message.state, to):
        return False
    _set(message, State(to))
    if error:
        message.error = error[:200]
    if void_reason:
        message.void_reason = void_reason[:120]
    return True


def settle_reported(message: Message, word: str, *, error: str = "") -> bool:
    """Sets the state that a provider's word leads to; False when it is no news. The row is locked; the
    caller saves it."""
    reached = after_report(message.state, word, was_tried=message.attempts > 0)
    if reached is None:
        return False
    _set(message, reached)
    if error and reached is State.FAILED:
        message.error = error[:200]
    return True


def _set(message: Message, state: State) -> None:
    message.state = state.value
    message.lease_until, message.lease_token = None, ""
    message.settled_at = now()
    message.uncertain_at = None
    message.is_staff_needed = state is State.FAILED
    if state in (State.SENT, State.DELIVERED):
        message.error = ""
        message.left_at = message.left_at or now()
