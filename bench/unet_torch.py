"""The digits U-Net in PyTorch, for bench/step.ts: src/models/unet.ts layer by layer, with the names of diffusers.

It reads one JSON request a line and answers with one JSON line, so that it can be timed in turns with the engine and is
idle in between:
    {"do": "weights", "file": F, "names": [...], "shapes": [...]}       one float32 vector, split in this order
    {"do": "batch", "file": F, "n": B}                                  x, eps [B, 1, 28, 28] and t [B]
    {"do": "loss", "what": W}                                           the loss of the batch, nothing changed
    {"do": "step" | "forward", "what": W, "times": N}                   milliseconds (wall, cpu) of each of N
W is channels_last, compile or autocast (bfloat16). Needs torch alone; threads are the first argument.
"""

import json
import math
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

torch.set_num_threads(int(sys.argv[1]))
WIDTHS, GROUPS, TIME = (32, 64, 64), 8, 128


class Residual(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.norm1 = nn.GroupNorm(GROUPS, inputs)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.time_emb_proj = nn.Linear(TIME, outputs)
        self.norm2 = nn.GroupNorm(GROUPS, outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)
        if inputs != outputs:
            self.conv_shortcut = nn.Conv2d(inputs, outputs, 1)

    def forward(self, x, time):
        h = self.conv1(F.silu(self.norm1(x)))
        h = h + self.time_emb_proj(F.silu(time))[:, :, None, None]
        h = self.conv2(F.silu(self.norm2(h)))
        return h + (self.conv_shortcut(x) if hasattr(self, "conv_shortcut") else x)


class Attention(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.group_norm = nn.GroupNorm(GROUPS, width)
        self.to_q, self.to_k, self.to_v = (nn.Linear(width, width) for _ in range(3))
        self.to_out = nn.ModuleList([nn.Linear(width, width)])

    def forward(self, x):
        batch, width, height, columns = x.shape
        y = self.group_norm(x).flatten(2).transpose(1, 2)
        q, k, v = (part(y)[:, None] for part in (self.to_q, self.to_k, self.to_v))
        mixed = self.to_out[0](F.scaled_dot_product_attention(q, k, v)[:, 0])
        return x + mixed.transpose(1, 2).reshape(batch, width, height, columns)


class Level(nn.Module):
    """Residual blocks, each with attention at the lowest level, then a convolution that changes the size."""

    def __init__(self, inputs, width, lowest, resize):
        super().__init__()
        self.resnets = nn.ModuleList([Residual(n, width) for n in inputs])
        if lowest:
            self.attentions = nn.ModuleList([Attention(width) for _ in inputs])
        if resize:
            conv = nn.Conv2d(width, width, 3, stride=2 if resize == "downsamplers" else 1, padding=1)
            setattr(self, resize, nn.ModuleList([nn.ModuleDict({"conv": conv})]))

    def block(self, i, x, time):
        y = self.resnets[i](x, time)
        return self.attentions[i](y) if hasattr(self, "attentions") else y


class Unet(nn.Module):
    def __init__(self):
        super().__init__()
        self.time_embedding = nn.ModuleDict(
            {"linear_1": nn.Linear(WIDTHS[0], TIME), "linear_2": nn.Linear(TIME, TIME)}
        )
        self.conv_in = nn.Conv2d(1, WIDTHS[0], 3, padding=1)
        lowest, width, skips = len(WIDTHS) - 1, WIDTHS[0], [WIDTHS[0]]
        self.down_blocks, self.up_blocks = nn.ModuleList(), nn.ModuleList()
        for level, out in enumerate(WIDTHS):
            last = level == lowest
            self.down_blocks.append(Level([width, out], out, last, None if last else "downsamplers"))
            skips += [out] * (2 if last else 3)
            width = out
        self.mid_block = nn.ModuleDict(
            {
                "resnets": nn.ModuleList([Residual(width, width), Residual(width, width)]),
                "attentions": nn.ModuleList([Attention(width)]),
            }
        )
        for level in range(lowest, -1, -1):
            out = WIDTHS[level]
            inputs = [n + skips.pop() for n in (width, out, out)]
            self.up_blocks.append(Level(inputs, out, level == lowest, "upsamplers" if level else None))
            width = out
        self.conv_norm_out = nn.GroupNorm(GROUPS, width)
        self.conv_out = nn.Conv2d(width, 1, 3, padding=1)

    def forward(self, x, t):
        half = WIDTHS[0] // 2
        angles = t[:, None] * torch.exp(torch.arange(half) * (-math.log(10_000) / half))
        time = self.time_embedding["linear_1"](torch.cat([angles.cos(), angles.sin()], 1))
        time = self.time_embedding["linear_2"](F.silu(time))
        h = self.conv_in(x)
        stack = [h]
        for level in self.down_blocks:
            for i in range(len(level.resnets)):
                h = level.block(i, h, time)
                stack.append(h)
            if hasattr(level, "downsamplers"):
                h = level.downsamplers[0]["conv"](h)
                stack.append(h)
        middle = self.mid_block
        h = middle["resnets"][1](middle["attentions"][0](middle["resnets"][0](h, time)), time)
        for level in self.up_blocks:
            for i in range(len(level.resnets)):
                h = level.block(i, torch.cat([h, stack.pop()], 1), time)
            if hasattr(level, "upsamplers"):
                h = level.upsamplers[0]["conv"](F.interpolate(h, scale_factor=2, mode="nearest"))
        return self.conv_out(F.silu(self.conv_norm_out(h)))


def read(file):
    return torch.frombuffer(bytearray(open(file, "rb").read()), dtype=torch.float32)


weights, batch, runs = {}, {}, {}


class Run:
    """One network with its optimizer, in one way of running it."""

    def __init__(self, what):
        self.what = what
        self.network = Unet()
        self.network.load_state_dict(weights)
        self.network.to(memory_format=torch.channels_last)
        self.call = torch.compile(self.network) if what == "compile" else self.network
        self.optimizer = torch.optim.Adam(self.network.parameters(), 2e-4)

    def loss(self):
        x, t, eps = batch["x"], batch["t"], batch["eps"]
        with torch.autocast("cpu", torch.bfloat16, enabled=self.what == "autocast"):
            return F.mse_loss(self.call(x, t).float(), eps)

    def step(self):
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.loss()
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def forward(self):
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=self.what == "autocast"):
            return self.call(batch["x"], batch["t"])


def answer(request):
    do = request["do"]
    if do == "weights":
        counts = [math.prod(shape) for shape in request["shapes"]]
        parts = read(request["file"]).split(counts)
        weights.update({n: p.view(s) for n, p, s in zip(request["names"], parts, request["shapes"])})
        return {"parameters": sum(counts), "torch": torch.__version__, "threads": torch.get_num_threads()}
    if do == "batch":
        n = request["n"]
        x, eps, t = read(request["file"]).split([n * 784, n * 784, n])
        image = lambda v: v.view(n, 1, 28, 28).to(memory_format=torch.channels_last)
        batch.update({"x": image(x), "eps": image(eps), "t": t})
        return {}
    if request["what"] not in runs:
        runs[request["what"]] = Run(request["what"])
    run = runs[request["what"]]
    if do == "loss":
        return {"loss": run.loss().item()}
    times = []
    for _ in range(request["times"]):
        start, used = time.perf_counter(), time.process_time()
        getattr(run, do)()
        wall, cpu = time.perf_counter() - start, time.process_time() - used
        times.append({"wall": 1e3 * wall, "cpu": 1e3 * cpu})
    return {"times": times}


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
