"""results.json: what was measured, written after every network, read back by --resume."""
import json
import os
from pathlib import Path

VERSION = 1


class Results:
    """All records of a run; `save` after each change and an interruption loses nothing."""

    def __init__(self, file: Path, machine: dict, settings: dict):
        self._file = file
        self.machine = machine
        self.settings = settings
        self.records = []

    def load(self) -> None:
        """Take over the records of an earlier run with the same settings; those with others are measured again."""
        if not self._file.exists():
            return
        earlier = json.loads(self._file.read_text())
        if earlier.get("version") == VERSION and earlier["settings"] == self.settings:
            self.records = earlier["records"]

    def has(self, network: str, threads: int) -> bool:
        return any(record["network"] == network and record["threads"] == threads for record in self.records)

    def add(self, record: dict) -> None:
        self.records.append(record)

    def save(self) -> None:
        content = {"version": VERSION, "machine": self.machine, "settings": self.settings, "records": self.records}
        write(self._file, json.dumps(content, indent=1) + "\n")


def write(file: Path, text: str) -> None:
    """Write a file whole or not at all."""
    temporary = file.with_name(file.name + ".tmp")
    temporary.write_text(text)
    os.replace(temporary, file)
