"""PyTorch's side of the scoring benchmark: the same GGUF weights in transformers, the same prompts and texts.

Reads one JSON object (model, texts, prompts, verbalizers as token ids, threads), then a mode per line: "plain",
"cached", "cached-bfloat16". Answers each line with {"seconds", "probabilities"}; probabilities are
[prompts][texts][classes].
"""
import json
import os
import sys
import time

os.environ["HF_HUB_OFFLINE"] = "1"
import torch
from transformers import AutoModelForCausalLM, DynamicCache

job = json.loads(sys.stdin.readline())
torch.set_num_threads(job["threads"])
folder, file = os.path.split(job["model"])
model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=file, dtype=torch.float32).eval()
half = None
texts, prompts, verbalizers = job["texts"], job["prompts"], torch.tensor(job["verbalizers"])


def padded(rows):
    longest = max(map(len, rows))
    ids = torch.tensor([row + [0] * (longest - len(row)) for row in rows])
    return ids, torch.tensor([len(row) for row in rows])


@torch.inference_mode()
def plain():
    """A full forward pass for every pair of prompt and text, with all texts of a prompt in one batch."""
    out = []
    for prompt in prompts:
        ids, lengths = padded([text + prompt for text in texts])
        hidden = model.model(ids).last_hidden_state[torch.arange(len(texts)), lengths - 1]
        out.append(model.lm_head(hidden)[:, verbalizers].softmax(-1))
    return torch.stack(out)


@torch.inference_mode()
def cached(lm):
    """Computes keys and values of the texts once; every prompt continues them."""
    ids, lengths = padded(texts)
    rows, longest = ids.shape
    cache = DynamicCache(config=lm.config)
    lm.model(ids, past_key_values=cache, use_cache=True)
    steps = len(prompts[0])
    seen = torch.arange(longest)[None] < lengths[:, None]
    mask = torch.cat([seen, torch.ones(rows, steps, dtype=torch.bool)], 1).long()
    positions = lengths[:, None] + torch.arange(steps)
    out = []
    for prompt in prompts:
        new = torch.tensor([prompt]).expand(rows, -1)
        hidden = lm.model(new, past_key_values=cache, attention_mask=mask, position_ids=positions, use_cache=True)
        out.append(lm.lm_head(hidden.last_hidden_state[:, -1])[:, verbalizers].float().softmax(-1))
        cache.crop(-steps)
    return torch.stack(out)


print(json.dumps({"ready": True, "torch": torch.__version__}), flush=True)
for line in sys.stdin:
    mode = line.strip()
    if mode == "cached-bfloat16" and half is None:
        half = AutoModelForCausalLM.from_pretrained(folder, gguf_file=file, dtype=torch.bfloat16).eval()
    start = time.perf_counter()
    result = {"plain": plain, "cached": lambda: cached(model), "cached-bfloat16": lambda: cached(half)}[mode]()
    seconds = time.perf_counter() - start
    print(json.dumps({"seconds": seconds, "probabilities": result.tolist()}), flush=True)
