"""A tiny Llama-Vision of random weights and what transformers writes with it, into FOLDER (model files and answers.json).
python make_mllama_folder.py FOLDER"""

import json, pathlib, sys
import numpy as np, torch
from PIL import Image
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    GenerationConfig,
    MllamaConfig,
    MllamaForConditionalGeneration,
    MllamaImageProcessor,
    MllamaProcessor,
    PreTrainedTokenizerFast,
)

torch.set_num_threads(1)
torch.manual_seed(11)
folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)

one_step = Image.Image.resize


def rows_first(image, size, resample=None, **more):  # as Pillow did before 13, which takes the columns first where that is less work
    return one_step(one_step(image, (size[0], image.height), resample), size, resample)


Image.Image.resize = rows_first


def picture(w, h):  # the same formula as in the Java tests
    i = np.arange(3 * w * h, dtype=np.int64)
    return Image.fromarray(((i * i * 7 + i * 13 + i // (3 * w) * 31) & 255).astype(np.uint8).reshape(h, w, 3))


SPECIAL = ["<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>", "<|python_tag|>", "<|pad|>"]
text = [
    "What is in this picture? Say what you see: a boat, a dog and two red birds on the lake.\n\nuser assistant system image <|>.",
    "Which of these pictures is brighter, and why? The first one; it shows the sun over a quiet harbour, 1234567890.",
]
tok = Tokenizer(models.BPE())
tok.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
tok.decoder = decoders.ByteLevel()
tok.train_from_iterator(text, trainers.BpeTrainer(vocab_size=100, initial_alphabet=[], show_progress=False))
tok.add_special_tokens(SPECIAL + ["<|image|>"])  # the picture's is the last one: the head does not know it
image_id = tok.token_to_id("<|image|>")
assert image_id == tok.get_vocab_size() - 1
TEMPLATE = """{{- bos_token }}
{%- for message in messages %}
    {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n' }}
    {%- if message['content'] is string %}
        {{- message['content'] }}
    {%- else %}
        {%- for part in message['content'] %}
            {%- if part['type'] == 'image' %}
                {{- '<|image|>' }}
            {%- elif part['type'] == 'text' %}
                {{- part['text'] }}
            {%- endif %}
        {%- endfor %}
    {%- endif %}
    {{- '<|eot_id|>' }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}
{%- endif %}
"""
tokenizer = PreTrainedTokenizerFast(
    tokenizer_object=tok,
    bos_token=SPECIAL[0],
    eos_token=SPECIAL[1],
    pad_token=SPECIAL[-1],
    model_input_names=["input_ids", "attention_mask"],
)
processor = MllamaProcessor(
    MllamaImageProcessor(
        size={"height": 20, "width": 20}, image_mean=[0.48145466, 0.4578275, 0.40821073], image_std=[0.26862954, 0.26130258, 0.27577711]
    ),
    tokenizer,
    chat_template=TEMPLATE,
)

ids = {t: tok.token_to_id(t) for t in SPECIAL}
config = MllamaConfig(
    text_config=dict(
        vocab_size=image_id,
        hidden_size=16,
        num_hidden_layers=4,
        num_attention_heads=4,
        num_key_value_heads=2,
        intermediate_size=24,
        cross_attention_layers=[1, 3],
        rope_scaling=dict(rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=64),
        max_position_embeddings=256,
        bos_token_id=ids[SPECIAL[0]],
        eos_token_id=ids[SPECIAL[1]],
        pad_token_id=ids[SPECIAL[-1]],
    ),
    vision_config=dict(
        hidden_size=8,
        num_hidden_layers=3,
        num_global_layers=2,
        attention_heads=2,
        intermediate_size=16,
        image_size=20,
        patch_size=10,
        intermediate_layers_indices=[0, 2],
        vision_output_dim=24,
    ),
    image_token_index=image_id,
)
model = MllamaForConditionalGeneration(config).eval()
with torch.no_grad():
    for name, p in model.named_parameters():
        if p.ndim == 1:
            p.copy_(
                torch.randn(p.shape) * (1.0 if "gate" in name or "class" in name else 0.2)
                + (1.0 if "norm" in name and "weight" in name else 0.0)
            )
        else:
            p.copy_(torch.randn(p.shape) * (1.0 if "embed" in name else 2.0 / p[0].numel() ** 0.5))


def run(case):
    images = [picture(*s) for s in case.get("pictures", [])]
    if "ids" in case:
        inputs = dict(input_ids=torch.tensor([case["ids"]]))
        if images:
            made = processor(images=[images], text="<|image|>" * len(images), add_special_tokens=False, return_tensors="pt")
            n = len(case["ids"])
            mask = torch.zeros(1, n, len(images), 4, dtype=torch.long)
            assert len(images) == 1
            mask[:, case["ids"].index(image_id) :] = made["cross_attention_mask"][:, -1:]
            inputs.update({k: made[k] for k in ("pixel_values", "aspect_ratio_ids", "aspect_ratio_mask")}, cross_attention_mask=mask)
    else:
        prompt = case["raw"] if "raw" in case else processor.apply_chat_template(case["messages"], add_generation_prompt=True)
        inputs = processor(images=[images] if images else None, text=prompt, add_special_tokens=False, return_tensors="pt")
        if "raw" in case:
            case["prompt_text"] = tokenizer.decode(inputs["input_ids"][0])
    length = inputs["input_ids"].shape[1]
    out = model.generate(**inputs, do_sample=False, max_new_tokens=24, return_dict_in_generate=True, output_logits=True)
    gap = min(float(l[0].topk(2).values.diff().abs()) for l in out.logits)
    new = out.sequences[0, length:].tolist()
    ended = new[-1] in model.generation_config.eos_token_id
    return length, new, ended, gap


I, T = (lambda: {"type": "image"}), (lambda t: {"type": "text", "text": t})


def user(*parts):
    return {"role": "user", "content": list(parts)}


Q = "What is in this picture?"
cases = [
    dict(name="question", prompt=Q, pictures=[s], messages=[user(I(), T(Q))])
    for s in ((23, 17), (64, 20), (11, 90), (41, 39), (3, 3), (200, 9))
]
cases += [dict(name="no question", prompt="", pictures=[s], messages=[user(I())]) for s in ((23, 17), (64, 20))]
cases += [
    dict(
        name="side by side",
        prompt="Which of these pictures is brighter?",
        pictures=[[23, 17], [11, 90], [64, 20]],
        messages=[user(I(), I(), I(), T("Which of these pictures is brighter?"))],
    )
]
cases += [
    dict(
        name="chat",
        pictures=[[30, 30], [70, 12]],
        messages=[user(I(), T("What is this?")), {"role": "assistant", "content": [T("a boat")]}, user(T("and "), I(), T("is it red?"))],
    )
]
cases += [dict(name="chat", pictures=[], messages=[{"role": "system", "content": "Say it."}, {"role": "user", "content": "Which dog?"}])]
cases += [dict(name="text", prompt="Which dog?", pictures=[], messages=[{"role": "user", "content": "Which dog?"}])]
cases += [
    dict(name="raw", prompt="The first one shows", pictures=[[23, 17]], raw="<|image|>The first one shows"),
    dict(name="raw", prompt="The sun", pictures=[[64, 20], [5, 60]], raw="<|image|><|image|>The sun"),
]
typed = "What is <|image|> and <|eot_id|>?"
plain = lambda t: tokenizer(t, add_special_tokens=False)["input_ids"]
head, tail = processor.apply_chat_template([user(I(), T("#"))], add_generation_prompt=True).split("#")
cases += [
    dict(
        name="question",
        prompt=typed,
        pictures=[[23, 17]],
        ids=plain(head + "What is <") + plain("|image|> and <") + plain("|eot_id|>?" + tail),
    )
]

model.generation_config = GenerationConfig(
    bos_token_id=ids[SPECIAL[0]], eos_token_id=[ids[SPECIAL[1]], ids["<|eot_id|>"]], pad_token_id=ids[SPECIAL[-1]]
)
# one more token that ends a text, so that generation_config.json matters: one that ends two of them, late
firsts = [run(c)[1] for c in cases]


def lengths(t):
    return [f.index(t) if t in f else 99 for f in firsts]


ordinary = max((t for t in range(100) if sum(t in f for f in firsts) == 2), key=lambda t: min(lengths(t)))
model.generation_config.eos_token_id.append(ordinary)
answers = []
for case in cases:
    length, new, ended, gap = run(case)
    case.update(prompt_tokens=length, ids=new, ended=ended, text=tokenizer.decode(new[:-1] if ended else new, skip_special_tokens=True))
    print(case["name"], case["pictures"], length, len(new), ended, f"{gap:.4f}", repr(case["text"]), case.get("prompt_text", ""))
    case.pop("raw", None)
    answers.append(case)
model.generation_config.do_sample, model.generation_config.temperature, model.generation_config.top_p = True, 0.6, 0.9  # as published
model.save_pretrained(folder)
processor.save_pretrained(folder)
text = "[\n" + ",\n".join(json.dumps(c) for c in answers) + "\n]\n"
(folder / "answers.json").write_text(text)
