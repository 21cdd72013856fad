"""Every mutant and every variant by name."""

from collections.abc import Mapping

from contract_tests.tests.servers.modifiers import Mutant, Variant, members
from contract_tests.tests.servers.mutants import (
    auth,
    batches,
    deliveries,
    detection,
    filters,
    formats,
    headers,
    languages,
    natural,
    natural_answers,
    natural_hooks,
    natural_languages,
    natural_limits,
    natural_quota,
    natural_state,
    quota_counting,
    quota_limits,
    quota_windows,
    refusals,
    retries,
    robustness,
    shape,
    signatures,
    status,
    transport,
    webhook_requests,
    webhooks,
    words,
)
from contract_tests.tests.servers.variants import (
    harmless,
    silent_bodies,
    silent_quota,
    silent_requests,
    silent_webhooks,
)

DEFECTS = (
    status,
    refusals,
    words,
    shape,
    formats,
    headers,
    quota_counting,
    quota_limits,
    quota_windows,
    auth,
    batches,
    detection,
    languages,
    transport,
    robustness,
    webhook_requests,
    webhooks,
    filters,
    deliveries,
    retries,
    signatures,
    natural,
    natural_answers,
    natural_hooks,
    natural_languages,
    natural_limits,
    natural_quota,
    natural_state,
)
DIFFERENCES = (harmless, silent_bodies, silent_quota, silent_requests, silent_webhooks)
MUTANTS: Mapping[str, Mutant] = {mutant.name: mutant for mutant in members(Mutant, *DEFECTS)}
VARIANTS: Mapping[str, Variant] = {variant.name: variant for variant in members(Variant, *DIFFERENCES)}


def sample(every: int) -> tuple[Mutant, ...]:
    """Every so many-th mutant of each group, the first included; 1 is all of them."""
    return tuple(mutant for module in DEFECTS for mutant in members(Mutant, module)[::every])
