"""The names the diagrams of these tests may refer to."""

from app.domain.diagram import Calls, Promise, Published
from app.domain.limit import TimeLimit
from app.domain.vocabulary import LimitUnit

PUBLISHED = Published(
    roles=frozenset({"window_clerk", "reviewer", "decider", "delivery_clerk"}),
    forms={"review": frozenset({"opinion"}), "decision": frozenset({"ground"})},
    operations=frozenset({"issue_result", "approve_by_default", "close_case"}),
    matters=frozenset({"startup-reg", "restaurant-food"}),
    clocks=frozenset({"promised", "statutory", "notice5"}),
    decisions=frozenset({"guidance"}),
    departments=frozenset({"market"}),
    topics={"business-register": frozenset({"company_name"})},
    promises=(Promise(name="食品经营许可", limit=TimeLimit(amount=5, unit=LimitUnit.WORKING_DAY)),),
    calls={
        "process:has-errors": Calls(has_errors=True),
        "process:long-names": Calls(
            steps=frozenset({"a_step_whose_id_somebody_made_as_long_as_a_whole_sentence_can_be"})
        ),
        "process:opens-a-member": Calls(called={"matter:startup-reg": 0}),
        "process:site-visit": Calls(steps=frozenset({"look"})),
        "process:twelve-levels": Calls(called={"process:site-visit": 11}, depth=11),
    },
)
