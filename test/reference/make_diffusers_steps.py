"""Makes diffusers_steps.json: schedules and single sampler steps as `diffusers` computes them.

Run: python test/reference/make_diffusers_steps.py   (diffusers 0.42, torch 2.13, CPU)

diffusers counts timesteps 0 … T−1 where the workbook counts t = 1 … T, so t = timestep + 1 here, and the step to
"timestep < 0" is the step to t = 0. diffusers rounds β to float32 and goes on in float32, where 1 − ᾱ has three digits at small t; here
its β (good to 6e-8) is widened to float64 before anything is computed from it, by the schedulers' own code.
"""

import json
import pathlib

import numpy as np
import torch
from diffusers import DDIMScheduler, DDPMScheduler
from diffusers.schedulers import scheduling_ddpm

T = 1000
SCHEDULES = {
    "linear": dict(beta_schedule="linear", beta_start=1e-4, beta_end=0.02),
    "scaledLinear": dict(beta_schedule="scaled_linear", beta_start=0.00085, beta_end=0.012),
    "cosine": dict(beta_schedule="squaredcos_cap_v2"),
}
TIMES = [1, 2, 3, 10, 50, 100, 250, 500, 750, 900, 990, 998, 999, 1000]

rng = np.random.default_rng(20201219)
XT = torch.tensor(rng.normal(size=(1, 6)), dtype=torch.float64)
EPS = torch.tensor(rng.normal(size=(1, 6)), dtype=torch.float64)
NOISE = torch.tensor(rng.normal(size=(1, 6)), dtype=torch.float64)


def widened(scheduler):
    scheduler.betas = scheduler.betas.double()
    scheduler.alphas = 1.0 - scheduler.betas
    scheduler.alphas_cumprod = torch.cumprod(scheduler.alphas, dim=0)
    scheduler.one = torch.tensor(1.0, dtype=torch.float64)
    scheduler.final_alpha_cumprod = scheduler.one
    return scheduler


def numbers(tensor):
    return [float(f"{v:.9g}") for v in tensor.double().flatten().tolist()]


def schedule(name):
    scheduler = widened(DDPMScheduler(num_train_timesteps=T, **SCHEDULES[name]))
    return {
        "abar": {t: float(f"{scheduler.alphas_cumprod[t - 1]:.9g}") for t in TIMES},
        "beta": {t: float(f"{scheduler.betas[t - 1]:.9g}") for t in TIMES},
    }


def ddpm_step(name, steps, index, clip):
    """`steps` timesteps spread by linspace; the step that starts from the index-th of them."""
    scheduler = DDPMScheduler(
        num_train_timesteps=T, clip_sample=clip, timestep_spacing="linspace", variance_type="fixed_small", **SCHEDULES[name]
    )
    widened(scheduler).set_timesteps(steps)
    scheduling_ddpm.randn_tensor = lambda *args, **kwargs: NOISE
    timestep = int(scheduler.timesteps[index])
    target = int(scheduler.timesteps[index + 1]) if index + 1 < steps else -1
    out = scheduler.step(EPS, timestep, XT)
    return {
        "sampler": "ddpm", "schedule": name, "steps": steps, "t": timestep + 1, "s": target + 1, "clip": clip, "eta": 1,
        "prev": numbers(out.prev_sample), "x0": numbers(out.pred_original_sample),
    }


def ddim_step(name, steps, index, clip, eta):
    """`leading` spacing: with `linspace`, DDIMScheduler steps to t − T//n, which is not the next of its own timesteps."""
    scheduler = DDIMScheduler(
        num_train_timesteps=T, clip_sample=clip, timestep_spacing="leading", set_alpha_to_one=True, **SCHEDULES[name]
    )
    widened(scheduler).set_timesteps(steps)
    timestep = int(scheduler.timesteps[index])
    out = scheduler.step(EPS, timestep, XT, eta=eta, use_clipped_model_output=True, variance_noise=NOISE if eta else None)
    return {
        "sampler": "ddim", "schedule": name, "steps": steps, "t": timestep + 1, "s": max(timestep - T // steps, -1) + 1,
        "clip": clip, "eta": eta, "prev": numbers(out.prev_sample), "x0": numbers(out.pred_original_sample),
    }


def linspace(steps):
    scheduler = DDPMScheduler(num_train_timesteps=T, timestep_spacing="linspace")
    scheduler.set_timesteps(steps)
    return [int(t) for t in scheduler.timesteps]


fixture = {
    "T": T,
    "schedules": {name: schedule(name) for name in SCHEDULES},
    "linspace": {steps: linspace(steps) for steps in (4, 7, 10, 50)},
    "input": {"xt": numbers(XT), "eps": numbers(EPS), "noise": numbers(NOISE)},
    "steps": [
        *(
            ddpm_step(name, steps, index, clip)
            for name in ("linear", "cosine")
            for steps, index in ((T, 1), (T, 500), (T, T - 2), (T, T - 1), (10, 1), (10, 5), (10, 9))
            for clip in (False, True)
        ),
        *(
            ddim_step(name, steps, index, clip, eta)
            for name in ("linear", "cosine")
            for steps, index in ((T, 500), (T, T - 1), (10, 0), (10, 5), (10, 9))
            for clip in (False, True)
            for eta in (0.0, 0.5, 1.0)
        ),
    ],
}

path = pathlib.Path(__file__).with_name("diffusers_steps.json")
lines = json.dumps({**fixture, "steps": []}, indent=1).rsplit("[]", 1)[0]
path.write_text(lines + "[\n  " + ",\n  ".join(json.dumps(step) for step in fixture["steps"]) + "\n ]\n}\n")
json.loads(path.read_text())
print(path.name, len(fixture["steps"]), "steps")
