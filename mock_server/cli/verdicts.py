"""Verdicts on a receiver as people read them, and as files."""

import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TextIO

import click

from mock_server.cli.exits import Unusable
from mock_server.receivers.attack import Attack
from mock_server.receivers.examination import NOT_RUN, PASSED, AttackResult
from mock_server.receivers.reports import as_json, as_junit, summary

FEW = 5  # attacks that a command line to repeat them can name
ERASE = "\r\x1b[K"  # to the start of the line, and nothing right of it (ECMA-48 section 8.3.41)


class Screen:
    """Verdicts line by line, with colour and the attack under way on a terminal only."""

    def __init__(self, output: TextIO) -> None:
        self._output = output
        self._lively = output.isatty() and not os.environ.get("NO_COLOR")  # no-color.org

    def start(self, attack: Attack) -> None:
        """Say which attack is under way; its verdict will take the line's place."""
        if self._lively:
            self._write(f"{ERASE}....  {attack.name}")

    def show(self, verdict: AttackResult) -> None:
        """One line, and one more with the fix; nothing for an attack that was not run."""
        self.clear()
        if verdict.verdict == NOT_RUN:
            return
        mark = self._coloured("FAIL", "red") if verdict.failed else self._coloured("ok  ", "green")
        self._write(f"{mark}  {verdict.attack.name:<17}  {verdict.attack.sends:<58}  {verdict.text}\n")
        if verdict.fix:
            self._write(f"      fix: {verdict.fix}\n")

    def clear(self) -> None:
        """Take back what said which attack is under way."""
        if self._lively:
            self._write(ERASE)

    def _coloured(self, text: str, colour: str) -> str:
        return click.style(text, colour) if self._lively else text

    def _write(self, text: str) -> None:
        self._output.write(text)
        self._output.flush()


def summarise(url: str, verdicts: Sequence[AttackResult]) -> None:
    """How many passed and failed, what no sender can see, and how to repeat what failed."""
    told = [f"{n} {name.replace('_', ' ')}" for name, n in summary(verdicts).items() if n or name == PASSED]
    print(f"\n{len(verdicts)} attacks: {', '.join(told)}, in {sum(verdict.seconds for verdict in verdicts):.1f} s")
    for reason in dict.fromkeys(verdict.text for verdict in verdicts if verdict.verdict == NOT_RUN):
        print(f"Not run because {reason}: a refusal would prove nothing.")
    unseen = [each.attack for each in verdicts if each.verdict == PASSED and each.attack.unseen]
    if unseen:
        print("Only your own tests can see: " + "; ".join(f"{attack.unseen} ({attack.name})" for attack in unseen))
    failed = [verdict.attack.name for verdict in verdicts if verdict.failed]
    if failed:
        print(f"Again: trackflow-mock certify {url} --secret ... {' '.join(f'--only {name}' for name in failed[:FEW])}")


def write_reports(url: str, verdicts: Sequence[AttackResult], json_file: Path | None, junit_file: Path | None) -> None:
    """Unusable if a file cannot be written."""
    try:
        if json_file:
            json_file.write_text(json.dumps(as_json(url, verdicts), indent=2, ensure_ascii=False) + "\n", "utf-8")
        if junit_file:
            junit_file.write_bytes(as_junit(url, verdicts))
    except OSError as error:
        raise Unusable(f"{error.filename}: {error.strerror}") from None


def list_attacks(attacks: Iterable[Attack]) -> None:
    for attack in attacks:
        print(f"{attack.name:<17}  {attack.expects.text:<6}  {attack.sends}")
