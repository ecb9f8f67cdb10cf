"""PyTorch's side of the guidance benchmark: the same steps on the same features.

Reads one JSON object (features: a file of float32 numbers, shapes, settings, threads), then a line a question: "guidance" or "policy".
Answers each with {"seconds", "loss"}: seconds for one step and the mean loss over the steps.
"""
import json
import sys
import time

import torch
import torch.nn.functional as F

job = json.loads(sys.stdin.readline())
torch.set_num_threads(job["threads"])
torch.manual_seed(0)
N, T, D, K, lists, hidden = (job[k] for k in ("N", "T", "D", "K", "lists", "hidden"))
features = torch.from_file(job["features"], size=N * T * D).reshape(N, T, D)
scores = torch.tensor(job["scores"])


def mlp(ins, width, outs):
    layers = torch.nn.Sequential(torch.nn.Linear(ins, width), torch.nn.ReLU(), torch.nn.Linear(width, outs))
    for layer, gain in ((layers[0], 1.0), (layers[2], 0.1)):
        torch.nn.init.xavier_uniform_(layer.weight, gain)
        torch.nn.init.zeros_(layer.bias)
    return layers


def step(loss, model, optimizer):
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
    optimizer.step()
    return loss.item()


def guidance_learner():
    head = mlp(D, hidden, 1)
    torch.nn.init.constant_(head[2].bias, 0.5)
    optimizer = torch.optim.AdamW(head.parameters(), lr=1e-3, weight_decay=0.1)
    mean, deviation = features.mean((0, 1)), features.std((0, 1), correction=0) + 1e-3
    x = (features - mean) / deviation
    size = lists * K * T * D
    noise = 0.3 * torch.randn(2 * size)

    def one():
        members = torch.rand(lists, N).topk(K).indices
        members = members.gather(1, scores[members].argsort(1, descending=True)).reshape(-1)
        start = int(torch.randint(size, ()))
        batch = x[members] + noise[start : start + size].view(-1, T, D)
        r = head(batch).squeeze(-1)
        r = 1 - F.softplus(1 - r)
        r = 1e-8 + F.softplus(r - 1e-8)
        s = (r.mean(1) * T).view(lists, K)
        rest = s.flip(1).logcumsumexp(1).flip(1)
        return step((rest - s).sum(1).mean(), head, optimizer)

    return one


def policy_learner():
    rows, width, actions = job["rows"], job["adaptor"], job["actions"]
    adaptor = mlp(D, width, D)
    optimizer = torch.optim.AdamW(adaptor.parameters(), lr=5e-4, weight_decay=0.0)
    states = features[:rows].reshape(-1, D)
    head = 0.05 * torch.randn(actions, D)
    ids = torch.randint(actions, (rows * T, 1))
    reward = torch.rand(rows * T)

    def one():
        logits = (states + adaptor(states)) @ head.T
        log_p = logits.log_softmax(-1)
        reinforce = (reward * -log_p.gather(1, ids).squeeze(1)).mean()
        negative_entropy = (log_p.exp() * log_p).sum(-1).mean()
        return step(reinforce + 0.125 * negative_entropy, adaptor, optimizer)

    return one


learners = {"guidance": guidance_learner, "policy": policy_learner}
print(json.dumps({"ready": True, "torch": torch.__version__}), flush=True)
for line in sys.stdin:
    one = learners[line.strip()]()
    one()
    start = time.perf_counter()
    losses = [one() for _ in range(job["steps"])]
    seconds = (time.perf_counter() - start) / job["steps"]
    print(json.dumps({"seconds": seconds, "loss": sum(losses) / len(losses)}), flush=True)
