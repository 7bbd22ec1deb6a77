"""Pixels as diffusers' train_text_to_image.py makes them with --center_crop, on made-up pictures. python make_training_pixels.py OUT.json

torchvision's Resize, CenterCrop, ToTensor and Normalize in Pillow and torch: the longer side is int(size * longer / shorter), the crop begins at
int(round((side - size) / 2.0)). Resized across first, as Pillow before 13 always does.
"""

import base64, json, sys
import numpy as np
import torch
from PIL import Image


def pic(w, h):
    i = np.arange(3 * w * h, dtype=np.int64)
    return Image.fromarray(((i * i * 7 + i * 13 + (i // (3 * w)) * 31) % 256).astype(np.uint8).reshape(h, w, 3))


cases = []
for w, h, size, name in [
    (23, 17, 8, "LANCZOS"),
    (8, 41, 8, "LANCZOS"),
    (19, 31, 9, "BILINEAR"),
    (6, 5, 11, "LANCZOS"),
    (12, 12, 12, "LANCZOS"),
    (9, 6, 6, "BICUBIC"),
]:
    image = pic(w, h)
    short, long = min(w, h), max(w, h)
    if short != size:
        to = (size, int(size * long / short)) if w <= h else (int(size * long / short), size)
        how = Image.Resampling[name]
        image = image.resize((to[0], h), resample=how).resize(to, resample=how)
    left, top = int(round((image.width - size) / 2.0)), int(round((image.height - size) / 2.0))
    image = image.crop((left, top, left + size, top + size))
    values = torch.from_numpy(np.array(image)).permute(2, 0, 1).contiguous().to(torch.float32).div(255).sub_(0.5).div_(0.5)
    cases.append(
        dict(width=w, height=h, size=size, filter=name, values=base64.b64encode(values.numpy().astype("<f4").tobytes()).decode())
    )
with open(sys.argv[1], "w") as file:
    json.dump(cases, file, indent=1)
