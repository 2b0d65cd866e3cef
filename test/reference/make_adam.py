"""Writes adam.json: parameters after each of 12 steps of torch.optim.Adam, AdamW, and with clipped gradients."""

import json
import pathlib

import numpy as np
import torch

rng = np.random.default_rng(5)
start = rng.normal(size=7).astype(np.float32)
gradients = (rng.normal(size=(12, 7)) * np.array([1, 1e-3, 10, 1e-6, 1, 1, 0])).astype(np.float32)
rates = [1e-2 * min(1, (i + 1) / 3) for i in range(12)]


def run(make, clip=None):
    p = torch.nn.Parameter(torch.tensor(start))
    optimizer = make([p])
    rows = []
    for g, rate in zip(gradients, rates):
        p.grad = torch.tensor(g)
        if clip is not None:
            torch.nn.utils.clip_grad_norm_([p], clip)
        optimizer.param_groups[0]["lr"] = rate
        optimizer.step()
        rows.append([float(x) for x in p.detach()])
    return rows


out = {
    "torch": torch.__version__,
    "start": [float(x) for x in start],
    "gradients": [[float(x) for x in g] for g in gradients],
    "rates": rates,
    "adam": run(lambda p: torch.optim.Adam(p, lr=1e-2)),
    "adamw": run(lambda p: torch.optim.AdamW(p, lr=1e-2, betas=(0.8, 0.99), eps=1e-6, weight_decay=0.1)),
    "clipped": run(lambda p: torch.optim.Adam(p, lr=1e-2), clip=0.5),
}
pathlib.Path(__file__).with_name("adam.json").write_text(json.dumps(out) + "\n")
