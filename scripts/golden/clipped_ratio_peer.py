"""PPO's clipped ratio with clip-higher and the dual clip, and its gradient to the logits, in PyTorch.

python scripts/golden/clipped_ratio_peer.py test/golden   (PyTorch 2.13 on a CPU; writes clipped_ratio.json)

Nothing of tokenwise is used. Where the bound c is above 1 + the upper clip, the losses must also be those of the form
that TRL's GRPOTrainer has: epsilon, epsilon_high, and delta = c.
"""

import json
import sys
from pathlib import Path

import torch

torch.manual_seed(29)
double = {"dtype": torch.float64}


def ratio_of(x, logits):
    token = logits.log_softmax(-1).gather(-1, x["ids"].unsqueeze(-1)).squeeze(-1)
    return torch.exp(token - x["behavior"])


def averaged(term, mask, average):
    if average == "tokens":
        return (term * mask).sum() / mask.sum()
    return ((term * mask).sum(1) / mask.sum(1)).mean()


def paper(x, logits, clip, clip_high, dual_clip, average):
    """PPO (1707.06347, eq. 7), DAPO (2503.14476, eq. 8), dual clip (1912.09729, eq. 4)."""
    ratio, advantage = ratio_of(x, logits), x["advantage"]
    inner = torch.minimum(ratio * advantage, ratio.clamp(1 - clip, 1 + clip_high) * advantage)
    if dual_clip is not None:
        inner = torch.where(advantage < 0, torch.maximum(inner, dual_clip * advantage), inner)
    return averaged(-inner, x["mask"], average)


def trl(x, logits, epsilon, epsilon_high, delta, average):
    """GRPOTrainer of TRL: delta bounds the ratio above, whatever the sign of the advantage."""
    first, advantage = ratio_of(x, logits), x["advantage"]
    second = first.clamp(1 - epsilon, 1 + epsilon_high)
    if delta is not None:
        first = first.clamp(max=delta)
    return averaged(-torch.minimum(first * advantage, second * advantage), x["mask"], average)


def drawn(lengths, vocabulary=6):
    rows, longest = len(lengths), max(lengths)
    logits = torch.randn(rows, longest, vocabulary, **double).mul(1.5).round(decimals=5)
    ids = torch.randint(vocabulary, (rows, longest))
    now = logits.log_softmax(-1).gather(-1, ids.unsqueeze(-1)).squeeze(-1)
    return {
        "logits": logits,
        "ids": ids,
        # Ratios from about 0.2 to 5, on both sides of every bound.
        "behavior": (now - torch.randn(rows, longest, **double).mul(0.8)).round(decimals=5),
        "advantage": torch.randn(rows, longest, **double).round(decimals=5),
        "mask": torch.tensor([[1.0 if t < length else 0.0 for t in range(longest)] for length in lengths], **double),
    }


def rounded(value):
    if isinstance(value, list):
        return [rounded(x) for x in value]
    return float(f"{value:.9g}") if isinstance(value, float) else value


cases = []
for lengths, clip, clip_high, dual_clip, average in [
    ([6, 6, 6], 0.2, 0.2, None, "tokens"),
    ([6, 6, 6], 0.2, 0.28, None, "tokens"),
    ([7, 3, 5], 0.2, 0.28, None, "sequences"),
    ([8, 8], 0.2, 0.2, 3.0, "tokens"),
    ([8, 2, 5], 0.2, 0.28, 1.5, "sequences"),
    ([8, 2, 5], 0.1, 0.5, 2.0, "tokens"),
    ([8, 8], 0.3, 0.3, 1.1, "tokens"),
]:
    x = drawn(lengths)
    logits = x["logits"].clone().requires_grad_()
    loss = paper(x, logits, clip, clip_high, dual_clip, average)
    loss.backward()
    if dual_clip is None or dual_clip > 1 + clip_high:
        assert torch.isclose(loss, trl(x, logits, clip, clip_high, dual_clip, average), rtol=1e-12)
    cases.append({
        "id": f"{lengths} clip {clip} {clip_high} dual {dual_clip} {average}",
        "params": {"clip": clip, "clip_high": clip_high, "dual_clip": dual_clip, "average": average},
        "inputs": {key: rounded(value.tolist()) for key, value in x.items()},
        "loss": rounded(loss.item()),
        "grad_logits": rounded(logits.grad.tolist()),
    })

fixture = {"family": "clipped_ratio", "dtype": "float64", "torch": torch.__version__.split("+")[0], "cases": cases}
Path(sys.argv[1], "clipped_ratio.json").write_text(json.dumps(fixture, separators=(",", ":")) + "\n")
