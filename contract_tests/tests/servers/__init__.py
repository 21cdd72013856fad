"""Small servers that keep the contract, break one clause of it, or differ where it is silent."""

from contract_tests.tests.servers.catalogue import MUTANTS, VARIANTS, sample
from contract_tests.tests.servers.modifiers import Mutant, Variant
from contract_tests.tests.servers.target import Number, Target, running, target_toml

__all__ = ["MUTANTS", "VARIANTS", "Mutant", "Number", "Target", "Variant", "running", "sample", "target_toml"]
