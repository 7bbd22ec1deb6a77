"""A small CLIP with random weights, its tokenizer and what transformers says of two pictures and texts.

python make_clip_scores.py TOKENIZER_FOLDER OUT

OUT gets the folder of the model and expected.json; the pictures are made by a fixed formula, as in the test.
"""

import json
import shutil
import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from transformers import CLIPConfig, CLIPImageProcessor, CLIPModel, CLIPTokenizerFast

tokens, out = Path(sys.argv[1]), Path(sys.argv[2])
torch.manual_seed(3)
torch.set_num_threads(1)
out.mkdir(parents=True, exist_ok=True)
tokenizer = CLIPTokenizerFast.from_pretrained(tokens)
small = dict(hidden_size=16, intermediate_size=24, num_hidden_layers=1, num_attention_heads=2)
config = CLIPConfig(
    text_config=dict(
        small,
        vocab_size=len(tokenizer),
        max_position_embeddings=77,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        initializer_range=0.3,
    ),
    vision_config=dict(small, image_size=16, patch_size=8, initializer_range=0.3),
    projection_dim=12,
    initializer_factor=8.0,
)
model = CLIPModel(config).eval()
model.save_pretrained(out)
processor = CLIPImageProcessor(size={"shortest_edge": 16}, crop_size={"height": 16, "width": 16})
processor.save_pretrained(out)
for name in ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"):
    shutil.copy(tokens / name, out / name)


def picture(salt):
    y, x, c = np.meshgrid(np.arange(24), np.arange(32), np.arange(3), indexing="ij")
    return Image.fromarray(((x * (7 + salt) + y * 5 * salt + c * 40) % 256).astype("uint8"))


texts = ["a photo of a dog", "two cats on the beach", "long " * 100]
pixels = processor(images=[picture(1), picture(2)], return_tensors="pt")["pixel_values"]
with torch.no_grad():
    images = model.get_image_features(pixels)
    images = images / images.norm(dim=-1, keepdim=True)
    vectors = []
    for text in texts:
        ids = tokenizer(text, return_tensors="pt", truncation=True, max_length=77)
        vector = model.get_text_features(**ids)
        vectors.append(vector / vector.norm(dim=-1, keepdim=True))
    cosines = images @ torch.cat(vectors).T
    classes = (cosines * model.logit_scale.exp()).softmax(-1)
expected = {"texts": texts, "features": images.tolist(), "cosines": cosines.tolist(), "classes": classes.tolist()}
(out / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
