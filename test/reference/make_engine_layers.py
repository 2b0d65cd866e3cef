"""Values and gradients of the engine's layers, by PyTorch in float64 -> engine_layers.json.

Run: python test/reference/make_engine_layers.py   (torch 2.13)
Tensors are flat lists in the engine's layouts (NHWC images, HWIO filters).
"""

import json
import pathlib

import torch
import torch.nn.functional as F

torch.manual_seed(7)
torch.set_default_dtype(torch.float64)


def leaf(*shape, scale=1.0, mean=0.0):
    return (torch.randn(*shape) * scale + mean).round(decimals=4).requires_grad_(True)


def case(layer, inputs, y, options=None):
    w = torch.randn_like(y).round(decimals=4)
    (y * w).sum().backward()
    pack = lambda t: {"shape": list(t.shape), "data": t.detach().flatten().tolist()}
    return {
        "layer": layer,
        "options": options or {},
        "inputs": {name: pack(t) for name, t in inputs.items()},
        "y": pack(y),
        "w": pack(w),
        "gradients": {name: pack(t.grad) for name, t in inputs.items()},
    }


nchw = lambda x: x.permute(0, 3, 1, 2)
nhwc = lambda x: x.permute(0, 2, 3, 1).contiguous()
cases = []

for silu, shifted, mean in [(True, True, 0.0), (True, False, 0.0), (False, False, 0.0), (True, True, 30.0)]:
    x, g, b = leaf(2, 4, 5, 12, mean=mean), leaf(12, mean=1.0), leaf(12)
    inputs = {"x": x, "scale": g, "shift": b}
    z = nchw(x)
    if shifted:
        inputs["timeShift"] = t = leaf(2, 12)
        z = z + t[:, :, None, None]
    y = F.group_norm(z, 4, g, b)
    cases.append(case("groupNormSilu", inputs, nhwc(F.silu(y) if silu else y), {"groups": 4, "silu": silu}))

for size, stride, padding in [(3, 1, 1), (3, 2, 1), (1, 1, 0), (3, 2, 0), (2, 2, 0)]:
    x, w, b = leaf(2, 6, 6, 3), leaf(size, size, 3, 4), leaf(4)
    y = F.conv2d(nchw(x), w.permute(3, 2, 0, 1), b, stride=stride, padding=padding)
    cases.append(case("conv2d", {"x": x, "w": w, "b": b}, nhwc(y), {"stride": stride, "padding": padding}))

x, w, b = leaf(2, 5, 3), leaf(3, 4), leaf(4)
cases.append(case("dense", {"x": x, "w": w, "b": b}, x @ w + b))

for heads in (1, 2):
    q, k, v = leaf(2, 5, 6), leaf(2, 7, 6), leaf(2, 7, 6)
    split = lambda t: t.reshape(2, t.shape[1], heads, 6 // heads).transpose(1, 2)
    y = F.scaled_dot_product_attention(split(q), split(k), split(v)).transpose(1, 2).reshape(2, 5, 6)
    cases.append(case("attention", {"q": q, "k": k, "v": v}, y, {"heads": heads}))

x, w, b = leaf(2, 3, 4, 5), leaf(3, 3, 5, 6), leaf(6)
y = F.conv2d(F.interpolate(nchw(x), scale_factor=2, mode="nearest"), w.permute(3, 2, 0, 1), b, padding=1)
cases.append(case("upsampleConv2d", {"x": x, "w": w, "b": b}, nhwc(y)))

x = leaf(3, 7, scale=3.0)
cases.append(case("silu", {"x": x}, F.silu(x)))

path = pathlib.Path(__file__).with_name("engine_layers.json")
path.write_text(json.dumps(cases) + "\n")
