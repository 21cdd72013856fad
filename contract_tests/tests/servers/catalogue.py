"""Every mutant and every variant by name."""

from collections.abc import Mapping

from contract_tests.tests.servers import variants
from contract_tests.tests.servers.modifiers import Mutant, Variant, members
from contract_tests.tests.servers.mutants import quota_counting, shape, status

MUTANTS: Mapping[str, Mutant] = {mutant.name: mutant for mutant in members(Mutant, status, shape, quota_counting)}
VARIANTS: Mapping[str, Variant] = {variant.name: variant for variant in members(Variant, variants)}
