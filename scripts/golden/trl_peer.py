"""Losses of TRL's trainers and their gradients, from TRL's own functions.

python scripts/golden/trl_peer.py test/golden   (TRL 1.16 in the benchmarks' environment; writes trl_losses.json)

Nothing of tokenwise is used. Each case has the logits of a policy and of a reference for lists or samples of
responses, and gives the loss and its gradient to the policy's logits. A trainer's loss function runs without the
trainer: `self` is a record of the settings that it reads, and the model already knows its log-probabilities.
"""

import json
import sys
from collections import defaultdict
from pathlib import Path
from types import SimpleNamespace as Record

import torch
import trl
from trl import DPOTrainer, GRPOTrainer, KTOTrainer
from trl.experimental.cpo import CPOTrainer
from trl.experimental.orpo import ORPOTrainer

torch.manual_seed(29)
double = {"dtype": torch.float64}


def drawn(lengths, apart, vocabulary=5):
    """Logits of policies that are `apart` from each other, tokens and numbers of responses of these lengths."""
    rows, longest = len(lengths), max(lengths)
    shape = (rows, longest, vocabulary)
    logits = torch.randn(shape, **double)
    near = lambda: (logits + apart * torch.randn(shape, **double)).round(decimals=5)
    return {
        "logits": logits.round(decimals=5),
        "reference_logits": near(),
        "behavior_logits": near(),
        "ids": torch.randint(vocabulary, (rows, longest)),
        "mask": torch.tensor([[1.0 if t < length else 0.0 for t in range(longest)] for length in lengths], **double),
        "advantage": torch.randn(rows, **double).round(decimals=5),
    }


def log_probabilities(x, logits):
    """Of each token, 0 at padding, as TRL's models give them."""
    return logits.log_softmax(-1).gather(-1, x["ids"].unsqueeze(-1)).squeeze(-1) * x["mask"]


def chosen_first(rows):
    """Rows that alternate, better first, as TRL has them: all chosen, then all rejected."""
    return torch.cat([rows[0::2], rows[1::2]])


def behind_a_prompt(rows, value=0):
    """With a prompt of one token, whose state predicts the first token of the response."""
    return torch.cat([torch.full_like(rows[:, :1], value), rows], 1)


same = lambda x, *_, **__: x
accelerator = Record(
    device=torch.device("cpu"), gather=same, gather_for_metrics=same, reduce=same, num_processes=1,
    unwrap_model=same, sync_gradients=True,
)


def trainer(**settings):
    return Record(
        model=Record(training=True), accelerator=accelerator, aux_loss_enabled=False, precompute_ref_logps=True,
        _metrics={"train": defaultdict(list)}, _total_train_tokens=0, _tp_size=1, **settings,
    )


def knowing(token):
    """A model whose log-probabilities of tokens are these; what TRL logs beside them is 0."""
    zeros = torch.zeros_like(token)
    return lambda **_: Record(log_probs=token, entropy=zeros, mean_logits=zeros, is_top1=zeros.bool())


def dpo(x, loss_type, beta, label_smoothing=0.0):
    token, reference = (chosen_first(log_probabilities(x, x[name])) for name in ("logits", "reference_logits"))
    mask = chosen_first(x["mask"])
    ref_chosen, ref_rejected = reference.sum(1).chunk(2)
    inputs = {
        "input_ids": behind_a_prompt(chosen_first(x["ids"])),
        "attention_mask": behind_a_prompt(mask, 1),
        "completion_mask": behind_a_prompt(mask),
        "ref_chosen_logps": ref_chosen,
        "ref_rejected_logps": ref_rejected,
    }
    own = trainer(
        ld_alpha=None, f_divergence_type="reverse_kl", beta=beta, loss_types=[loss_type], loss_weights=[1.0],
        label_smoothing=label_smoothing, use_weighting=False,
    )
    return DPOTrainer._compute_loss(own, knowing(token), inputs, False)


def kto(x, beta, desirable_weight, undesirable_weight, desirable, kl_logps, ref_kl_logps):
    token, reference = (log_probabilities(x, x[name]) for name in ("logits", "reference_logits"))
    inputs = {
        "input_ids": behind_a_prompt(x["ids"]),
        "attention_mask": behind_a_prompt(x["mask"], 1),
        "completion_mask": behind_a_prompt(x["mask"]),
        "label": torch.tensor(desirable, dtype=torch.bool),
        "ref_logps": reference.sum(1),
        "ref_KL_logps": torch.tensor(ref_kl_logps, **double),
    }
    own = trainer(
        beta=beta, loss_type="kto", calculate_KL=True, desirable_weight=desirable_weight,
        undesirable_weight=undesirable_weight, _compute_kl_logps=lambda *_: torch.tensor(kl_logps, **double),
    )
    return KTOTrainer._compute_loss(own, knowing(token), inputs, False)


def response_means(x, of, average):
    """By TRL's `get_batch_logps`, from logits of which the last predicts nothing."""
    logits = torch.cat([x["logits"], torch.zeros_like(x["logits"][:, :1])], 1)
    labels = behind_a_prompt(x["ids"].masked_fill(x["mask"] == 0, -100), -100)
    rows = of.get_batch_logps(logits, labels, average_log_prob=average)
    return rows[0::2], rows[1::2]


def cpo(x, loss_type, beta, simpo_gamma=0.0):
    own = Record(
        alpha=0.0, loss_type=loss_type, beta=beta, simpo_gamma=simpo_gamma, label_smoothing=0.0, accelerator=accelerator
    )
    pair = response_means(x, CPOTrainer, average=loss_type == "simpo")
    return CPOTrainer.cpo_loss(own, *pair)[0].mean()


def orpo(x, beta):
    own = Record(beta=beta, accelerator=accelerator)
    return -ORPOTrainer.odds_ratio_loss(own, *response_means(x, ORPOTrainer, average=True))[0].mean()


def grpo(x, loss_type, epsilon, epsilon_high, delta, beta):
    token = log_probabilities(x, x["logits"])
    mask = x["mask"]
    inputs = {
        "prompt_ids": torch.zeros_like(x["ids"][:, :1]),
        "prompt_mask": torch.ones_like(mask[:, :1]),
        "completion_ids": x["ids"],
        "completion_mask": mask,
        "advantages": x["advantage"],
        "old_per_token_logps": log_probabilities(x, x["behavior_logits"]),
        "ref_per_token_logps": log_probabilities(x, x["reference_logits"]),
        "num_items_in_batch": mask.sum(),
    }
    own = trainer(
        _get_per_token_logps_and_entropies=lambda *_, **__: (token, torch.zeros_like(token), None),
        args=Record(delta=delta, use_bias_correction_kl=False, steps_per_generation=1),
        loss_type=loss_type, epsilon_low=epsilon, epsilon_high=epsilon_high, beta=beta, top_entropy_quantile=1.0,
        off_policy_mask_threshold=None, importance_sampling_level="token", use_vllm=False, max_completion_length=5,
        current_gradient_accumulation_steps=1, _entropy_bonus_enabled=False,
    )
    return GRPOTrainer._compute_loss(own, None, inputs)


even, uneven = [4, 4, 4, 4], [5, 2, 1, 4, 3, 3]
losses = {"dpo": dpo, "kto": kto, "cpo": cpo, "orpo": orpo, "grpo": grpo}
groups = {"desirable": [1, 0, 1, 1, 0, 0], "desirable_weight": 1.0, "undesirable_weight": 1.0}
ratio = {"loss_type": "grpo", "epsilon": 0.2, "epsilon_high": 0.2, "delta": None, "beta": 0.0}
cases = [
    ("dpo", uneven, {"loss_type": "sigmoid", "beta": 0.1}),
    ("dpo", even, {"loss_type": "sigmoid", "beta": 2.0}),
    ("dpo", uneven, {"loss_type": "sigmoid_norm", "beta": 1.5}),
    ("dpo", uneven, {"loss_type": "ipo", "beta": 0.1}),
    ("dpo", even, {"loss_type": "ipo", "beta": 1.0}),
    ("kto", uneven, {"beta": 0.1, "kl_logps": [-6.0, -4.0], "ref_kl_logps": [-6.5, -4.2], **groups}),
    ("kto", uneven, {
        "beta": 0.5, "kl_logps": [-6.0, -4.0], "ref_kl_logps": [-5.0, -4.2], **groups, "desirable_weight": 1.33
    }),
    ("cpo", uneven, {"loss_type": "simpo", "beta": 2.0, "simpo_gamma": 0.5}),
    ("cpo", even, {"loss_type": "simpo", "beta": 1.0, "simpo_gamma": 1.6}),
    ("cpo", uneven, {"loss_type": "hinge", "beta": 1.0}),
    ("orpo", uneven, {"beta": 0.1}),
    ("orpo", even, {"beta": 1.0}),
    ("grpo", even, ratio),
    ("grpo", uneven, ratio),
    ("grpo", uneven, {**ratio, "epsilon_high": 0.28}),
    ("grpo", uneven, {**ratio, "delta": 1.3}),
    ("grpo", uneven, {**ratio, "beta": 0.04}),
    ("grpo", uneven, {**ratio, "loss_type": "bnpo", "beta": 0.04}),
    ("grpo", uneven, {**ratio, "loss_type": "dapo", "epsilon": 0.1, "epsilon_high": 0.28, "delta": 1.5, "beta": 0.1}),
]


def rounded(value):
    if isinstance(value, list):
        return [rounded(x) for x in value]
    return float(f"{value:.9g}") if isinstance(value, float) else value


made = []
for n, (name, lengths, params) in enumerate(cases):
    inputs = drawn(lengths, apart=1.0 if name == "grpo" else 0.4)
    logits = inputs["logits"].clone().requires_grad_()
    loss = losses[name]({**inputs, "logits": logits}, **params)
    loss.backward()
    made.append({
        "id": f"{name} {n}",
        "loss_of": name,
        "params": params,
        "inputs": {key: rounded(x.tolist()) for key, x in inputs.items()},
        "loss": rounded(loss.item()),
        "grad_logits": rounded(logits.grad.tolist()),
    })

versions = {"trl": trl.__version__, "torch": torch.__version__.split("+")[0]}
fixture = {"family": "trl_losses", "dtype": "float64", **versions, "cases": made}
Path(sys.argv[1], "trl_losses.json").write_text(json.dumps(fixture, separators=(",", ":")) + "\n")
