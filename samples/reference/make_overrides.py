"""tokenizer.json beside a tokenizer_config.json that says otherwise: what wins in transformers. usage: make_overrides.py OUT TOKENIZERS   (TOKENIZERS: the OUT of make_tokenizers.py)"""

import json, os, shutil, sys

os.environ["TRANSFORMERS_VERBOSITY"] = "error"
sys.path.insert(0, os.path.dirname(__file__))
import make_tokenizers as m
from transformers import AutoTokenizer

OUT = sys.argv[1]
m.OUT = OUT
SRC = sys.argv[2]


def save(kind, src, drop=()):
    AutoTokenizer.from_pretrained(f"{SRC}/{src}").save_pretrained(f"{OUT}/{kind}")
    for f in os.listdir(f"{OUT}/{kind}"):
        if f not in ("tokenizer.json", "tokenizer_config.json"):
            os.remove(f"{OUT}/{kind}/{f}")
    return json.load(open(f"{OUT}/{kind}/tokenizer_config.json"))


c = save("flags", "gpt2-added")
n = max(map(int, c["added_tokens_decoder"]))
for k, t in c["added_tokens_decoder"].items():
    if t["content"] == "[IMG]":
        t["lstrip"] = True
    if t["content"] == "[/IMG]":
        t["rstrip"] = True
        t["special"] = False
c["added_tokens_decoder"][str(n + 1)] = m.token("[NEW]")
c["sep_token"] = "dog beach"
c["additional_special_tokens"] = ["[IMG]", "[SPECIAL]"]
m.put("flags", "tokenizer_config.json", c)
c = save("prefix", "gpt2")
c["add_prefix_space"] = True
m.put("prefix", "tokenizer_config.json", c)
c = save("noprefix", "gpt2-prefix")
c.pop("add_prefix_space")
m.put("noprefix", "tokenizer_config.json", c)
c = save("bos", "llama")
c.pop("add_prefix_space", None)
c["add_bos_token"] = False
c["add_eos_token"] = True
m.put("bos", "tokenizer_config.json", c)
c = save("legacy", "llama")
c = {"tokenizer_class": "LlamaTokenizer"}
m.put("legacy", "tokenizer_config.json", c)
m.put("legacy", "special_tokens_map.json", {"eos_token": "[/IMG]", "pad_token": m.token("[P]", lstrip=True)})
m.put("legacy", "added_tokens.json", {"[X]": 430, "[P]": 431})
c = save("type", "llama")
os.remove(f"{OUT}/type/tokenizer_config.json")
m.put("type", "config.json", {"model_type": "llama"})
c = save("cased", "bert")
c["do_lower_case"] = False
c["strip_accents"] = True
m.put("cased", "tokenizer_config.json", c)
c = save("t5", "t5-new")
c.pop("add_prefix_space", None)
c.pop("additional_special_tokens", None)
c["extra_ids"] = 8
m.put("t5", "tokenizer_config.json", c)
m.reference(OUT, 300)
