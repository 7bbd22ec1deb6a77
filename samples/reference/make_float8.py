"""Every value of torch's 8-bit floating types, and how torch rounds to E4M3. usage: make_float8.py OUT.safetensors"""

import sys
import torch
from safetensors.torch import save_file

torch.manual_seed(8)
codes = torch.arange(256, dtype=torch.uint8)
tensors = {}
for name, dtype in [("e4m3", torch.float8_e4m3fn), ("e5m2", torch.float8_e5m2)]:
    tensors[name] = codes.clone().view(dtype)
    tensors[name + ".values"] = codes.view(dtype).float()
edges = [0.0, -0.0, 448, 449, 464, 464.1, 465, 480, 500, 1e9, float("inf"), float("nan"), 1e-30, 1e-45]
edges += [2**-9, 2**-10, 2**-10 * 1.01, 2**-10 * 3, 2**-6, 2**-6 - 2**-11, 17, 19, 21, 17.001]
edges += [float(v) for v in tensors["e4m3.values"][:127] * 1.0625]  # ties where the mantissa is 0
x = torch.cat([torch.tensor(edges), torch.randn(400) * 2.0 ** torch.randint(-12, 10, (400,))])
tensors["x"] = torch.cat([x, -x])
tensors["rounded"] = tensors["x"].to(torch.float8_e4m3fn)
save_file(tensors, sys.argv[1])
