"""The listwise loss with a margin for each pair and with label smoothing, and its gradient, in PyTorch.

python scripts/golden/listwise_forms_peer.py test/golden   (PyTorch 2.13 on a CPU; writes listwise_forms.json)

Nothing of tokenwise is used. Each case has the scores of lists, best first; shorter lists are masked at their ends.
`margins` are those over the next candidate of the list; between others they add up.
"""

import json
import sys
from pathlib import Path

import torch
from torch.nn import functional as F

torch.manual_seed(23)
double = {"dtype": torch.float64}


def likelihood(scores, margin):
    """Plackett-Luce: -log P(order), where s_j counts as s_j + margin[k][j] in the choice of candidate k."""
    total = 0.0
    for k in range(len(scores)):
        later = [scores[j] + margin[k][j] for j in range(k + 1, len(scores))]
        total = total + torch.logsumexp(torch.stack([scores[k], *later]), 0) - scores[k]
    return total


def loss(scores, mask, margins, weight, margin, smoothing, temperature):
    rows = []
    for row, real, between in zip(scores, mask, margins):
        own = row[: int(real.sum())] / temperature
        size = len(own)
        over = [[weight * between[min(k, j):max(k, j)].sum() + margin for j in range(size)] for k in range(size)]
        right = likelihood(own, over)
        # The list the wrong way round, so that the h of a pair is negated.
        back = torch.arange(size - 1, -1, -1)
        wrong = likelihood(own[back], [[-over[back[k]][back[j]] for j in range(size)] for k in range(size)])
        rows.append((1 - smoothing) * right + smoothing * wrong)
    return torch.stack(rows).mean()


def pairs(scores, margins, weight, margin, smoothing, temperature):
    """The same of pairs, as DPO with an offset (2402.10571) and conservative DPO (Mitchell 2023) have it."""
    h = (scores[:, 0] - scores[:, 1]) / temperature - weight * margins[:, 0] - margin
    return (-(1 - smoothing) * F.logsigmoid(h) - smoothing * F.logsigmoid(-h)).mean()


cases = []
for lengths, weight, margin, smoothing, temperature in [
    ([2, 2, 2], 0.5, 0.0, 0.0, 1.0),
    ([2, 2, 2], 0.0, 0.0, 0.1, 1.0),
    ([2, 2, 2, 2], 1.5, 0.25, 0.2, 0.5),
    ([4, 4, 4], 1.0, 0.0, 0.0, 1.0),
    ([4, 2, 3], 0.7, 0.0, 0.0, 2.0),
    ([4, 2, 3], 0.0, 0.5, 0.3, 1.0),
    ([5, 5, 2], 0.4, -0.3, 0.15, 1.0),
]:
    K = max(lengths)
    scores = torch.randn(len(lengths), K, **double).mul(2).round(decimals=5).requires_grad_()
    margins = torch.rand(len(lengths), K, **double).mul(2).round(decimals=5)
    mask = torch.tensor([[1.0 if k < length else 0.0 for k in range(K)] for length in lengths], **double)
    value = loss(scores, mask, margins, weight, margin, smoothing, temperature)
    if K == 2:
        assert torch.isclose(value, pairs(scores, margins, weight, margin, smoothing, temperature), rtol=1e-12)
    value.backward()
    cases.append({
        "id": f"{lengths} w {weight} m {margin} q {smoothing} t {temperature}",
        "scores": scores.tolist(),
        "mask": mask.tolist(),
        "margins": margins.tolist(),
        "margin_weight": weight,
        "margin": margin,
        "label_smoothing": smoothing,
        "temperature": temperature,
        "loss": float(f"{value.item():.9g}"),
        "grad": [[float(f"{x:.9g}") for x in row] for row in scores.grad.tolist()],
    })

fixture = {"family": "listwise_forms", "dtype": "float64", "torch": torch.__version__.split("+")[0], "cases": cases}
Path(sys.argv[1], "listwise_forms.json").write_text(json.dumps(fixture, separators=(",", ":")) + "\n")
