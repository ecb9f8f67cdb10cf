"""PyTorch's side of the models benchmark: the same float32 weights in transformers.

Attention is its default (SDPA), AdamW is fused. Without arguments: reads one JSON object (folder, ids, rank,
promptTokens, threads), then the name of a row per line, and answers each with {"seconds", "answer"}. With arguments
`load|forward|train FOLDER IDS` it is a fresh process that does one thing and prints {"found", "peak"}, the peak of its
resident memory in bytes.
"""
import json
import os
import resource
import sys
import time

os.environ["HF_HUB_OFFLINE"] = "1"
import torch
from transformers import AutoModelForCausalLM
from transformers.utils import logging

logging.disable_progress_bar()


def load(folder):
    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()


@torch.inference_mode()
def all_logits(model, ids):
    return model(ids).logits[:, -1]


def trainer(model, parameters, ids, rate):
    optimizer = torch.optim.AdamW(parameters, lr=rate, weight_decay=0.01, fused=True)

    def step():
        logits = model(ids[:, :-1]).logits
        loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        return loss.item()

    return step


class LowRank(torch.nn.Module):
    def __init__(self, base, down, rank):
        super().__init__()
        self.base, self.scale = base, 16 / rank
        self.down = torch.nn.Parameter(torch.tensor(down).view(rank, -1))
        self.up = torch.nn.Parameter(torch.zeros(base.out_features, rank))

    def forward(self, x):
        return self.base(x) + (x @ self.down.T @ self.up.T) * self.scale


def add_low_rank(model, downs, rank):
    """On queries and values, layer by layer, with the given initial values."""
    model.requires_grad_(False)
    attentions = [layer.self_attn for layer in model.model.layers]
    places = [(attention, name) for attention in attentions for name in ("q_proj", "v_proj")]
    updates = [LowRank(getattr(attention, name), down, rank) for (attention, name), down in zip(places, downs)]
    for (attention, name), update in zip(places, updates):
        setattr(attention, name, update)
    return places, updates


def answer_questions():
    job = json.loads(sys.stdin.readline())
    torch.set_num_threads(job["threads"])
    model, ids = load(job["folder"]), torch.tensor(job["ids"])
    prompts = ids[:, : job["promptTokens"]]
    steps, places, updates = {}, [], []
    print(json.dumps({"ready": True}), flush=True)

    def generate():
        out = model.generate(
            prompts,
            attention_mask=torch.ones_like(prompts),
            do_sample=False,
            min_new_tokens=64,
            max_new_tokens=64,
            pad_token_id=0,
        )
        return out[:, prompts.shape[1] :].tolist()

    def training_step():
        if "all" not in steps:
            for (attention, name), update in zip(places, updates):
                setattr(attention, name, update.base)
            model.requires_grad_(True)
            steps["all"] = trainer(model, list(model.parameters()), ids, 1e-5)
        return steps["all"]()

    rows = {
        "forward": lambda: all_logits(model, ids).flatten().tolist(),
        "generate": generate,
        "lora-step": lambda: steps["lora"](),
        "training-step": training_step,
    }
    for line in sys.stdin:
        name, _, rest = line.strip().partition(" ")
        if name == "lora":
            places, updates = add_low_rank(model, json.loads(rest), job["rank"])
            steps["lora"] = trainer(model, [p for u in updates for p in (u.down, u.up)], ids, 1e-4)
            print(json.dumps({"ready": True}), flush=True)
            continue
        start = time.perf_counter()
        answer = rows[name]()
        print(json.dumps({"seconds": time.perf_counter() - start, "answer": answer}), flush=True)


def fresh(what, folder, ids):
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    model, ids = load(folder), torch.tensor(json.loads(ids))
    if what == "load":
        found = all_logits(model, ids[:1])[0, 0].item()
    elif what == "forward":
        found = [all_logits(model, ids)[0, 0].item() for _ in range(3)]
    else:
        step = trainer(model, list(model.parameters()), ids, 1e-5)
        found = [step() for _ in range(3)]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"found": found, "peak": peak}), flush=True)


if len(sys.argv) > 1:
    fresh(*sys.argv[1:])
else:
    answer_questions()
