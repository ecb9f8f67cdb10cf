"""Losses of preference lists and their gradients, in PyTorch, from the formulas of their papers.

python scripts/golden/list_objectives_peer.py test/golden   (PyTorch 2.13 on a CPU; writes list_objectives.json)

Nothing of tokenwise is used. Each case has the logits of a policy and of a reference for lists of responses, better
response first, and gives the loss and its gradient to the policy's logits.
"""

import json
import sys
from pathlib import Path

import torch
from torch.nn import functional as F

torch.manual_seed(17)
double = {"dtype": torch.float64}


def drawn(lengths, vocabulary=7):
    """Random logits, tokens and margins of responses of these lengths, rounded so that the file says all of them."""
    rows, longest = len(lengths), max(lengths)
    shape = (rows, longest, vocabulary)
    return {
        "logits": torch.randn(shape, **double).mul(1.5).round(decimals=5),
        "reference_logits": torch.randn(shape, **double).mul(1.5).round(decimals=5),
        "ids": torch.randint(vocabulary, (rows, longest)),
        "mask": torch.tensor([[1.0 if t < length else 0.0 for t in range(longest)] for length in lengths], **double),
        "margin": torch.rand(rows, **double).mul(3).round(decimals=5),
    }


def log_probabilities(logits, ids, mask):
    """log P(response) of each row, and the mean of its tokens' log-probabilities."""
    token = logits.log_softmax(-1).gather(-1, ids.unsqueeze(-1)).squeeze(-1) * mask
    return token.sum(1), token.sum(1) / mask.sum(1)


def pair(x):
    """(chosen, rejected) of rows that alternate."""
    return x[0::2], x[1::2]


def dpo(x, beta, label_smoothing=0.0, length_normalized=False, margin_weight=0.0):
    """DPO (2305.18290, eq. 7), conservative (Mitchell 2023), per token (LN-DPO), with an offset (ODPO, 2402.10571)."""
    which = 1 if length_normalized else 0
    policy = log_probabilities(x["logits"], x["ids"], x["mask"])[which]
    reference = log_probabilities(x["reference_logits"], x["ids"], x["mask"])[which]
    (pi_w, pi_l), (ref_w, ref_l) = pair(policy), pair(reference)
    h = beta * ((pi_w - ref_w) - (pi_l - ref_l)) - margin_weight * x["margin"][0::2]
    return (-(1 - label_smoothing) * F.logsigmoid(h) - label_smoothing * F.logsigmoid(-h)).mean()


def ipo(x, tau, length_normalized=False):
    """IPO (2310.12036, eq. 17); TRL takes means over tokens."""
    which = 1 if length_normalized else 0
    policy = log_probabilities(x["logits"], x["ids"], x["mask"])[which]
    reference = log_probabilities(x["reference_logits"], x["ids"], x["mask"])[which]
    (pi_w, pi_l), (ref_w, ref_l) = pair(policy), pair(reference)
    return ((pi_w - pi_l - (ref_w - ref_l) - 1 / (2 * tau)) ** 2).mean()


def simpo(x, beta, margin):
    """SimPO (2405.14734, eq. 6)."""
    w, l = pair(log_probabilities(x["logits"], x["ids"], x["mask"])[1])
    return -F.logsigmoid(beta * w - beta * l - margin).mean()


def odds_ratio(x):
    """The second term of ORPO (2403.07691, eq. 4 and 7)."""
    w, l = (torch.exp(mean) for mean in pair(log_probabilities(x["logits"], x["ids"], x["mask"])[1]))
    return -F.logsigmoid(torch.log((w / (1 - w)) / (l / (1 - l)))).mean()


def slic(x, margin, length_normalized=False):
    """The calibration loss of SLiC-HF (2305.10425)."""
    w, l = pair(log_probabilities(x["logits"], x["ids"], x["mask"])[1 if length_normalized else 0])
    return torch.clamp(margin - w + l, min=0).mean()


def kto(x, beta, desirable_weight, undesirable_weight, desirable, reference_point):
    """KTO (2402.01306, eq. 8): λ_y − v, with z₀ a constant."""
    policy, _ = log_probabilities(x["logits"], x["ids"], x["mask"])
    reference, _ = log_probabilities(x["reference_logits"], x["ids"], x["mask"])
    ratio = policy - reference
    losses = [
        desirable_weight - desirable_weight * torch.sigmoid(beta * (r - reference_point))
        if good
        else undesirable_weight - undesirable_weight * torch.sigmoid(beta * (reference_point - r))
        for r, good in zip(ratio, desirable)
    ]
    return torch.stack(losses).mean()


even, uneven, ones = [4, 4, 4, 4], [5, 2, 1, 4, 3, 3], [1, 1, 1, 1]
objectives = {
    "dpo": dpo, "ipo": ipo, "simpo": simpo, "odds_ratio": odds_ratio, "slic": slic, "kto": kto,
}
cases = [
    ("dpo", uneven, {"beta": 0.1, "length_normalized": True}),
    ("dpo", uneven, {"beta": 2.0, "length_normalized": True, "label_smoothing": 0.1}),
    ("dpo", even, {"beta": 0.5, "margin_weight": 1.0}),
    ("dpo", uneven, {"beta": 0.1, "margin_weight": 0.3, "label_smoothing": 0.2}),
    ("ipo", even, {"tau": 0.1}),
    ("ipo", uneven, {"tau": 1.0}),
    ("ipo", uneven, {"tau": 0.5, "length_normalized": True}),
    ("simpo", even, {"beta": 2.0, "margin": 0.5}),
    ("simpo", uneven, {"beta": 2.5, "margin": 1.6}),
    ("simpo", ones, {"beta": 1.0, "margin": 0.0}),
    ("odds_ratio", even, {}),
    ("odds_ratio", uneven, {}),
    ("odds_ratio", ones, {}),
    ("slic", even, {"margin": 1.0}),
    ("slic", uneven, {"margin": 10.0}),
    ("slic", uneven, {"margin": 0.5, "length_normalized": True}),
    ("kto", uneven, {
        "beta": 0.1, "desirable_weight": 1.0, "undesirable_weight": 1.0,
        "desirable": [1, 0, 1, 0, 1, 0], "reference_point": 0.0,
    }),
    ("kto", uneven, {
        "beta": 0.5, "desirable_weight": 1.33, "undesirable_weight": 0.7,
        "desirable": [1, 1, 0, 0, 0, 1], "reference_point": 0.8,
    }),
    ("kto", ones, {
        "beta": 2.0, "desirable_weight": 1.0, "undesirable_weight": 2.0,
        "desirable": [0, 0, 0, 1], "reference_point": 0.25,
    }),
]


def rounded(value):
    if isinstance(value, list):
        return [rounded(x) for x in value]
    return float(f"{value:.9g}") if isinstance(value, float) else value


made = []
for n, (name, lengths, params) in enumerate(cases):
    inputs = drawn(lengths)
    logits = inputs["logits"].clone().requires_grad_()
    loss = objectives[name]({**inputs, "logits": logits}, **params)
    loss.backward()
    made.append({
        "id": f"{name} {n}",
        "objective": name,
        "params": params,
        "inputs": {key: rounded(x.tolist()) for key, x in inputs.items()},
        "loss": rounded(loss.item()),
        "grad_logits": rounded(logits.grad.tolist()),
    })

fixture = {"family": "list_objectives", "dtype": "float64", "torch": torch.__version__.split("+")[0], "cases": made}
Path(sys.argv[1], "list_objectives.json").write_text(json.dumps(fixture, separators=(",", ":")) + "\n")
