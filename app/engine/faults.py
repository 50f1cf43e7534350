"""What can go wrong inside a running instance. The host drops the live instance then; what is stored is untouched."""

from app.domain.errors import CaseworkError, RuleViolation


class LoopLimit(RuleViolation):
    """One move ran more than it may: the diagram goes round in circles or fans out without bound."""

    default_code = "loop_limit"


class NoMatchingFlow(RuleViolation):
    """No condition of the gateway holds and it has no default flow."""

    default_code = "no_matching_flow"


class StateRefused(CaseworkError):
    """The stored state cannot be read or written safely."""

    default_code = "state_refused"


class MigrationRefused(CaseworkError):
    """The instance stands where the new definition has nothing that fits. facts: nodes, and items that say why each."""

    default_code = "migration_refused"
