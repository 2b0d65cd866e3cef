"""Writes unet.safetensors and unet.json: a small UNet2DModel of diffusers, its output and its gradients.

Every parameter is random (a fresh model has unit scales and zero biases, which hide mistakes). Images are NHWC in the
JSON file. A gradient is told by its norm and by its product with cos(0), cos(1), … in the order of the file.
"""

import json
import pathlib

import diffusers
import torch
from safetensors.torch import save_file

here = pathlib.Path(__file__).parent
torch.manual_seed(3)
config = dict(
    sample_size=12,
    in_channels=1,
    out_channels=1,
    block_out_channels=(4, 8, 8),
    layers_per_block=2,
    norm_num_groups=4,
    down_block_types=("DownBlock2D", "DownBlock2D", "AttnDownBlock2D"),
    up_block_types=("AttnUpBlock2D", "UpBlock2D", "UpBlock2D"),
)
nhwc = lambda x: x.permute(0, 2, 3, 1).reshape(-1).tolist()


def case(heads_of):
    model = diffusers.UNet2DModel(**config, attention_head_dim=heads_of)
    model.load_state_dict(weights)
    model.zero_grad()
    out = model(x, t).sample
    loss = torch.nn.functional.mse_loss(out, target)
    loss.backward()
    gradients = {}
    for name, p in model.named_parameters():
        g = p.grad.reshape(-1).double()
        wave = torch.cos(torch.arange(g.numel(), dtype=torch.float64))
        gradients[name] = [float(g.norm()), float(g @ wave)]
    return dict(output=nhwc(out.detach()), loss=float(loss.detach()), gradients=gradients)


model = diffusers.UNet2DModel(**config, attention_head_dim=None)
with torch.no_grad():
    for name, p in model.named_parameters():
        if p.dim() == 1:
            p.copy_(torch.randn_like(p) * 0.3 + (1.0 if "norm" in name and name.endswith("weight") else 0.0))
weights = {k: v.clone() for k, v in model.state_dict().items()}
x = torch.randn(3, 1, 12, 12)
target = torch.randn(3, 1, 12, 12)
t = torch.tensor([1.0, 333.0, 1000.0])
save_file(weights, here / "unet.safetensors")
(here / "unet.json").write_text(
    json.dumps(
        dict(
            diffusers=diffusers.__version__,
            config={k: v for k, v in model.config.items() if not k.startswith("_")},
            shape=[3, 12, 12, 1],
            x=nhwc(x),
            target=nhwc(target),
            t=t.tolist(),
            oneHead=case(None),
            headsOf4=case(4),
        )
    )
    + "\n"
)
