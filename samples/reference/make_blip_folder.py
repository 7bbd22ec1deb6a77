"""A tiny BLIP of random weights with its tokenizer, and what transformers says of some pictures. python make_blip_folder.py FOLDER"""

import sys, json, os, string
import numpy as np, torch
from PIL import Image
from transformers import BlipConfig, BlipForConditionalGeneration, BlipImageProcessor, BertTokenizerFast

d = sys.argv[1]
os.makedirs(d, exist_ok=True)
torch.manual_seed(7)
words = (
    ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    + list(string.ascii_lowercase)
    + ["##" + c for c in string.ascii_lowercase]
    + ["a", "dog", "red", "##car", "in", "the", "snow", "##ing", ",", ".", "!", "photo", "of", "two", "cat", "##s"]
)
seen = []
[seen.append(w) for w in words if w not in seen]
open(os.path.join(d, "vocab.txt"), "w").write("\n".join(seen) + "\n")
t = BertTokenizerFast(vocab_file=os.path.join(d, "vocab.txt"))
t.add_special_tokens({"bos_token": "[DEC]"})
t.save_pretrained(d)
n = len(t)
cfg = BlipConfig(
    text_config=dict(
        vocab_size=n,
        hidden_size=16,
        encoder_hidden_size=16,
        intermediate_size=24,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=20,
        bos_token_id=t.bos_token_id,
        eos_token_id=t.sep_token_id,
        sep_token_id=t.sep_token_id,
        pad_token_id=0,
        initializer_range=0.6,
    ),
    vision_config=dict(
        hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=2, image_size=16, patch_size=8, initializer_range=0.6
    ),
    projection_dim=16,
)
m = BlipForConditionalGeneration(cfg).eval()
m.save_pretrained(d)
p = BlipImageProcessor(size=dict(height=16, width=16))
p.save_pretrained(d)


def pic(w, h):
    i = np.arange(3 * w * h, dtype=np.int64)
    return Image.fromarray(((i * i * 7 + i * 13 + (i // (3 * w)) * 31) % 256).astype(np.uint8).reshape(h, w, 3))


out = []
for w, h in [(23, 17), (41, 18), (16, 16), (64, 20)]:
    x = p(pic(w, h), return_tensors="pt")
    g = m.generate(pixel_values=x["pixel_values"], max_new_tokens=12, num_beams=1, do_sample=False)
    out.append(dict(width=w, height=h, text=t.decode(g[0], skip_special_tokens=True).strip(), ids=g[0].tolist()))
json.dump(out, open(d + "/descriptions.json", "w"), indent=1)
print(out)
