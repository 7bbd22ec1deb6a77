"""What the tiny BLIP of the tests writes after first words, and what transformers' clean_up_tokenization makes of texts.
python make_blip_prompts.py BLIP_FOLDER  ->  prompted.json and tidied.json in it"""

import json, pathlib, sys
import numpy as np, torch
from PIL import Image
from transformers import BlipForConditionalGeneration, BlipProcessor, PreTrainedTokenizerBase

torch.set_num_threads(1)
folder = pathlib.Path(sys.argv[1])

one_step = Image.Image.resize


def rows_first(image, size, resample=None, **more):  # as Pillow did before 13, which takes the columns first where that is less work
    return one_step(one_step(image, (size[0], image.height), resample), size, resample)


Image.Image.resize = rows_first


def picture(w, h):  # the same formula as in the Java tests
    i = np.arange(3 * w * h, dtype=np.int64)
    return Image.fromarray(((i * i * 7 + i * 13 + i // (3 * w) * 31) & 255).astype(np.uint8).reshape(h, w, 3))


model, processor = BlipForConditionalGeneration.from_pretrained(folder).eval(), BlipProcessor.from_pretrained(folder)
cases = []
for w, h in ((23, 17), (41, 18), (16, 16), (64, 20)):
    for prompt in ("a photo of", "Two red cats, snowing!", "dog"):
        inputs = processor(images=picture(w, h), text=prompt, return_tensors="pt")
        out = model.generate(**inputs, max_new_tokens=9, do_sample=False, return_dict_in_generate=True, output_logits=True)
        gap = min(float(l[0].topk(2).values.diff().abs()) for l in out.logits)
        ids = out.sequences[0].tolist()
        cases.append(
            dict(
                width=w,
                height=h,
                prompt=prompt,
                prompt_tokens=inputs["input_ids"].shape[1] - 1,
                ids=ids,
                text=processor.decode(ids, skip_special_tokens=True),
            )
        )
        print(f"{gap:.4f}", cases[-1]["text"])
(folder / "prompted.json").write_text("[\n" + ",\n".join(map(json.dumps, cases)) + "\n]\n")

rng = np.random.default_rng(2)
words = ["a", "do", "n", "'", "t", "s", "m", "ve", "re", ".", ",", "!", "?", "n't", "boat", "woman", "i"]
texts = [
    ["a", "woman", "'", "s", "boat", "."],
    ["i", "do", "n", "'", "t", ",", "i", "'", "ve"],
    ["i", "'", "m", "?", "!"],
    ["they", "'", "re", "do", "n't"],
]
texts += [[words[i] for i in rng.integers(0, len(words), int(n))] for n in rng.integers(1, 14, 40)]
lines = [json.dumps([" ".join(t), PreTrainedTokenizerBase.clean_up_tokenization(" ".join(t)).strip()]) for t in texts]
(folder / "tidied.json").write_text("[\n" + ",\n".join(lines) + "\n]\n")
