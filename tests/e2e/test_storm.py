"""The morning after, on the deployed template: a robot has written all night, and others wrote after it."""

from collections import Counter
from functools import partial

from switchboard.conversation import Status
from switchboard.flows import desk
from tests.e2e.lab import Lab

ROBOT, MAILS = "orders@robot.example", 200
LATECOMERS = 2
"""Of the robot's, with a place that became free: where several processes dispatch at once, order is not exact."""
OTHERS = [f"person{number}@home{number}.example" for number in range(5)]


def test_one_senders_flood_waits_behind_five_others_and_every_mail_is_kept(lab: Lab) -> None:
    lab.at_once([partial(lab.mail, f"Order {number} failed.", sender=ROBOT) for number in range(MAILS)], threads=8)
    lab.wait_for(lambda: len(lab.all_conversations()) == MAILS, "the robot's conversations", patience=240)
    lab.at_once([partial(lab.mail, "Where is my lamp?", sender=sender) for sender in OTHERS])
    lab.wait_for(lambda: len(lab.all_conversations()) == MAILS + len(OTHERS), "the others' conversations")
    lab.await_quiet()
    budget = lab.policy.flood.waiting
    assert Counter(one.held for one in lab.all_conversations()) == {True: MAILS - budget, False: budget + len(OTHERS)}

    lab.add_agent("solo", units=budget + len(OTHERS) + LATECOMERS)
    lab.await_quiet()
    owned = [one for one in lab.all_conversations() if one.owner == "solo"]
    assert Counter(one.address for one in owned) == {ROBOT: budget + LATECOMERS, **dict.fromkeys(OTHERS, 1)}

    lab.wait_for(lambda: _in_line(lab) >= budget, "the next of the robot's to get their places")
    lab.await_quiet()
    assert _in_line(lab) == budget
    desk.resolve(desk.Caller("solo"), owned[0].id, lab.board, leave_unanswered=True)
    lab.await_quiet()
    lab.wait_for(lambda: _in_line(lab) >= budget, "the place that was taken to be given on")
    assert _in_line(lab) == budget
    written = [entry for entry in lab.all_entries() if entry.author == "customer"]
    assert Counter(entry.conversation_id for entry in written) == {one.id: 1 for one in lab.all_conversations()}
    assert len(written) == MAILS + len(OTHERS)


def _in_line(lab: Lab) -> int:
    return sum(one.status is Status.WAITING and not one.held for one in lab.all_conversations())
