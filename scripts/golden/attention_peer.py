"""Attention-based credit (ABC, arXiv:2402.00782) by Transformers: the last layer's attention on tiny models.

python scripts/golden/attention_peer.py test/golden   (reads tiny_models/, writes attention.json)

Of each pair of a prompt and a response: the attention of the last token to the tokens of the response, the mean over
heads, divided by its sum; and the score of the response, redistributed by it.
"""

import json
import sys
from pathlib import Path

import torch
import transformers
from transformers import AutoModelForCausalLM

root = Path(sys.argv[1])
generator = torch.Generator().manual_seed(11)


def case(name, model, prompt_length, response_length, score, beta):
    ids = torch.randint(3, model.config.vocab_size, (prompt_length + response_length,), generator=generator)
    with torch.no_grad():
        attentions = model(ids.unsqueeze(0), output_attentions=True).attentions
    own = attentions[-1][0].mean(0)[-1, prompt_length:].double()
    share = own / own.sum()
    credit = beta * score * share
    credit[-1] += (1 - beta) * score
    return {
        "id": f"{name} {prompt_length}+{response_length}",
        "model": f"tiny_models/{name}",
        "prompt": ids[:prompt_length].tolist(),
        "response": ids[prompt_length:].tolist(),
        "score": score,
        "beta": beta,
        "attention": [float(f"{x:.8g}") for x in share.tolist()],
        "credit": [float(f"{x:.8g}") for x in credit.tolist()],
    }


cases = []
for name in ["gpt2", "llama_gqa_tied", "llama_gqa_untied"]:
    model = AutoModelForCausalLM.from_pretrained(root / "tiny_models" / name, attn_implementation="eager").eval()
    for lengths in [(4, 6, 2.0, 0.5), (2, 3, -1.5, 1.0), (5, 1, 0.75, 0.25), (1, 7, 1.0, 0.8)]:
        cases.append(case(name, model, *lengths))

fixture = {"family": "attention", "dtype": "float32", "transformers": transformers.__version__, "cases": cases}
Path(root, "attention.json").write_text(json.dumps(fixture, separators=(",", ":")) + "\n")
