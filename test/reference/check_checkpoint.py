"""Loads a folder that we saved with diffusers and compares its outputs with unet.json.

    npx tsx test/reference/save_checkpoint.ts FOLDER && python test/reference/check_checkpoint.py FOLDER

The committed tests do not run it: they compare with the bytes that the Python package writes (safetensors.json) and with
the configuration, the outputs and the gradients of diffusers (unet.json).
"""

import json
import pathlib
import sys

import diffusers
import torch

fixture = json.loads(pathlib.Path(__file__).with_name("unet.json").read_text())
model = diffusers.UNet2DModel.from_pretrained(sys.argv[1])
b, h, w, c = fixture["shape"]
image = lambda name: torch.tensor(name).reshape(b, h, w, c).permute(0, 3, 1, 2)
with torch.no_grad():
    out = model(image(fixture["x"]), torch.tensor(fixture["t"])).sample
gap = float((out - image(fixture["oneHead"]["output"])).abs().max())
print(f"diffusers {diffusers.__version__} loads {sys.argv[1]}; largest difference {gap:.1e}")
sys.exit(gap > 1e-5)
