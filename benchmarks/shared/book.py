"""What all clients together saw: figures, and what must never be."""

from collections import Counter
from dataclasses import dataclass, field
from time import perf_counter

MOST_EXAMPLES = 5


@dataclass(slots=True)
class Book:
    """Counts of what happened, and examples of what was wrong, by the rule that it breaks, with when that was."""

    happened: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    began: float = field(default_factory=perf_counter)
    examples: dict[str, list[str]] = field(default_factory=dict)

    def breach(self, rule: str, example: str) -> None:
        self.wrong[rule] += 1
        self.example(rule, example)

    def example(self, rule: str, example: str) -> None:
        shown = self.examples.setdefault(rule, [])
        if len(shown) < MOST_EXAMPLES:
            shown.append(f"{perf_counter() - self.began:.2f} s: {example}")
