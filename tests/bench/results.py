"""Files of JSON lines that keep the newest measurement of each thing."""

import json
from pathlib import Path
from typing import Any


def keep(path: Path, record: dict[str, Any], *, key: tuple[str, ...]) -> None:
    """Write `record` to the end of `path`; an older line with the same values under `key` goes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    others = [line for line in lines if any(json.loads(line).get(name) != record[name] for name in key)]
    path.write_text("\n".join([*others, json.dumps(record, ensure_ascii=False)]) + "\n", encoding="utf-8")
