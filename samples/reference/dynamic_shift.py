"""Sigmas of FlowMatchEulerDiscreteScheduler with dynamic shifting, for SchedulerTest."""
from diffusers import FlowMatchEulerDiscreteScheduler
from diffusers.pipelines.stable_diffusion_3.pipeline_stable_diffusion_3 import calculate_shift
for kind in ("exponential", "linear"):
    s = FlowMatchEulerDiscreteScheduler(shift=3.0, use_dynamic_shifting=True, base_shift=0.5, max_shift=1.15, time_shift_type=kind)
    mu = calculate_shift(1024, 256, 4096, 0.5, 1.15)
    s.set_timesteps(4, mu=mu)
    print(kind, mu, [float(x) for x in s.sigmas], [float(x) for x in s.timesteps])
