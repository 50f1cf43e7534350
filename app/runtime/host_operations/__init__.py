"""Host operations (宿主操作): what service tasks of diagrams may ask for. `rules/operations.toml` publishes the names."""

from collections.abc import Callable, Mapping

from app.domain.snapshot import OpenService
from app.runtime.casework import Casework
from app.runtime.host_operations.acceptance import (
    accept_by_silence,
    accept_case,
    close_not_corrected,
    issue_correction_notice,
    receive_correction,
    refuse_acceptance,
)
from app.runtime.host_operations.deemed import approve_by_default, finish_filing, renew_by_default
from app.runtime.host_operations.delivery import close_case, open_delivery, register_delivery
from app.runtime.host_operations.result import issue_refusal, issue_result, notify_successors_refused
from app.runtime.host_operations.special_procedure import resume_clock, suspend_clock

HostOperation = Callable[[Casework, OpenService], dict[str, object]]

HOST_OPERATIONS: Mapping[str, HostOperation] = {
    operation.__name__: operation
    for operation in (
        accept_case,
        accept_by_silence,
        refuse_acceptance,
        issue_correction_notice,
        receive_correction,
        close_not_corrected,
        suspend_clock,
        resume_clock,
        issue_result,
        issue_refusal,
        approve_by_default,
        renew_by_default,
        finish_filing,
        register_delivery,
        close_case,
        notify_successors_refused,
        open_delivery,
    )
}
