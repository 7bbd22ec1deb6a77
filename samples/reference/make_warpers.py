"""transformers' logits processors and warpers, in generate's order, on random scores with ties. usage: make_warpers.py OUT.json.gz"""

import gzip, json, random, sys
import torch
from transformers import AutoModelForCausalLM, GenerationConfig, LlamaConfig, LogitsProcessorList

torch.manual_seed(5)
torch.set_num_threads(1)
rng = random.Random(5)
model = AutoModelForCausalLM.from_config(
    LlamaConfig(vocab_size=24, hidden_size=8, intermediate_size=8, num_hidden_layers=1, num_attention_heads=1)
)
cases = []
for i in range(240):
    v = 24
    scores = torch.randn(v) * rng.choice([0.5, 2, 6])
    if i % 3 == 0:
        scores = (scores * 2).round() / 2  # many ties
    if i % 7 == 0:
        scores = torch.zeros(v)  # nothing but ties
    if i % 5 == 0:
        scores[torch.randperm(v)[:6]] = float("-inf")
    tokens = [rng.randrange(v) for _ in range(rng.randint(2, 10))]
    prompt = rng.randint(1, len(tokens))
    warp = i % 2 == 0
    c = dict(do_sample=warp)
    if warp:
        c["temperature"] = rng.choice([1.0, 0.7, 0.5, 1.3, 2.0])
        c["top_k"] = rng.choice([0, 1, 3, 5, 10, 50])
        c["top_p"] = rng.choice([1.0, 0.95, 0.9, 0.5, 0.3, 0.05])
        if rng.random() < 0.5:
            c["min_p"] = rng.choice([0.0, 0.05, 0.1, 0.5, 1.0])
    if i % 4 != 0:
        c["repetition_penalty"] = rng.choice([1.0, 1.1, 1.5, 0.8])
        c["no_repeat_ngram_size"] = rng.choice([0, 1, 2, 3])
        if rng.random() < 0.4:
            c["bad_words_ids"] = [[rng.randrange(2, v)], [tokens[-1], rng.randrange(v)]]
        if rng.random() < 0.4:
            c["min_length"] = rng.randint(1, 12)
        if rng.random() < 0.4:
            c["min_new_tokens"] = rng.randint(1, 6)
        if rng.random() < 0.4:
            c["suppress_tokens"] = [rng.randrange(v) for _ in range(2)]
        if rng.random() < 0.4:
            c["begin_suppress_tokens"] = [rng.randrange(v)]
        if rng.random() < 0.2:
            c["forced_eos_token_id"] = rng.randrange(v)
    eos = [0, 1]
    max_length = rng.choice([len(tokens) + 1, 20])
    config = GenerationConfig(eos_token_id=eos, max_length=max_length, **c)
    config._eos_token_tensor = torch.tensor(eos)
    config._pad_token_tensor = None
    config._bos_token_tensor = None
    ids = torch.tensor([tokens])
    processors = model._get_logits_processor(
        config,
        input_ids_seq_length=prompt,
        encoder_input_ids=ids,
        prefix_allowed_tokens_fn=None,
        logits_processor=LogitsProcessorList(),
        device="cpu",
    )
    out = processors(ids, scores[None].clone())[0]
    put = lambda t: [None if x == float("-inf") else x for x in t.tolist()]
    p = torch.softmax(out, -1)
    cases.append(
        dict(
            config={k: x for k, x in c.items()},
            eos=eos,
            tokens=tokens,
            prompt=prompt,
            max_length=max_length,
            scores=put(scores),
            expected=put(out),
            order=[type(x).__name__ for x in processors],
        )
    )
with open(sys.argv[1], "wb") as raw, gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as f:
    f.write(json.dumps(cases, separators=(",", ":")).encode())
print(len(cases), cases[2]["order"])
