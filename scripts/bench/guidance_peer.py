"""PyTorch's side of the guidance benchmark: the same steps from the same numbers.

Reads one JSON object (sizes, threads, lists, a folder of float32 arrays), then a question per line: "guidance" or
"policy".
Answers each with {"seconds", "loss"}: seconds for one of the timed steps and their mean loss.
"""
import json
import math
import os
import sys
import time

import torch
import torch.nn.functional as F

job = json.loads(sys.stdin.readline())
torch.set_num_threads(job["threads"])
N, T, D, K, lists, hidden, steps = (job[k] for k in ("N", "T", "D", "K", "lists", "hidden", "steps"))


def array(name, *shape):
    return torch.from_file(os.path.join(job["folder"], name), size=math.prod(shape)).reshape(shape)


features = array("features", N, T, D)
members = torch.tensor(job["members"])


def mlp(name, ins, width, outs):
    first, last = torch.nn.Linear(ins, width), torch.nn.Linear(width, outs)
    with torch.no_grad():
        first.weight.copy_(array(f"{name}.0", ins, width).T)
        first.bias.copy_(array(f"{name}.1", width))
        last.weight.copy_(array(f"{name}.2", width, outs).T)
        last.bias.copy_(array(f"{name}.3", outs))
    return torch.nn.Sequential(first, torch.nn.ReLU(), last)


def step(loss, model, optimizer):
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
    optimizer.step()
    return loss.item()


def guidance_learner():
    head = mlp("head", D, hidden, 1)
    optimizer = torch.optim.AdamW(head.parameters(), lr=1e-3, weight_decay=0.1, fused=True)
    mean, deviation = features.mean((0, 1)), features.std((0, 1), correction=0) + 1e-3
    x = (features - mean) / deviation
    size = lists * K * T * D
    noise = torch.zeros(2 * size)

    def one(i):
        start = int(torch.randint(size, ()))
        batch = x[members[i]] + noise[start : start + size].view(-1, T, D)
        r = head(batch).squeeze(-1)
        r = 1 - F.softplus(1 - r)
        r = 1e-8 + F.softplus(r - 1e-8)
        s = (r.mean(1) * T).view(lists, K)
        rest = s.flip(1).logcumsumexp(1).flip(1)
        return step((rest - s).sum(1).mean(), head, optimizer)

    return one, steps


def policy_learner():
    rows, width, actions = job["rows"], job["adaptor"], job["actions"]
    adaptor = mlp("adaptor", D, width, D)
    optimizer = torch.optim.AdamW(adaptor.parameters(), lr=5e-4, weight_decay=0.0, fused=True)
    states = features[:rows].reshape(-1, D)
    head = array("head", actions, D)
    ids = array("ids", rows * T, 1).long()
    reward = array("reward", rows * T)

    def one(_):
        logits = (states + adaptor(states)) @ head.T
        log_p = logits.log_softmax(-1)
        reinforce = (reward * -log_p.gather(1, ids).squeeze(1)).mean()
        negative_entropy = (log_p.exp() * log_p).sum(-1).mean()
        return step(reinforce + 0.125 * negative_entropy, adaptor, optimizer)

    return one, 1


learners = {"guidance": guidance_learner, "policy": policy_learner}
print(json.dumps({"ready": True, "torch": torch.__version__}), flush=True)
for line in sys.stdin:
    one, before = learners[line.strip()]()
    for i in range(before):
        one(i)
    start = time.perf_counter()
    losses = [one(before + i) for i in range(steps)]
    seconds = (time.perf_counter() - start) / steps
    print(json.dumps({"seconds": seconds, "loss": sum(losses) / len(losses)}), flush=True)
