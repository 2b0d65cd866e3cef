"""Writes safetensors.json: a file as the Python package `safetensors` saves it, byte for byte (base64)."""

import base64
import json
import pathlib

import numpy as np
from safetensors.numpy import save

tensors = {
    "conv_in.weight": (np.arange(2 * 1 * 3 * 3, dtype=np.float32) / 7).reshape(2, 1, 3, 3),
    "conv_in.bias": np.array([0.5, -3.25e-8], dtype=np.float32),
    "a.scalar": np.array(2.0, dtype=np.float32),
    "z.empty": np.zeros((0, 4), dtype=np.float32),
}
out = {
    "file": base64.b64encode(save(tensors, {"format": "pt"})).decode(),
    "tensors": {k: {"shape": list(v.shape), "data": [float(x) for x in v.ravel()]} for k, v in tensors.items()},
    "metadata": {"format": "pt"},
}
pathlib.Path(__file__).with_name("safetensors.json").write_text(json.dumps(out, indent=1) + "\n")
