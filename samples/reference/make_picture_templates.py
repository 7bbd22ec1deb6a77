"""Chat templates of our own that place pictures, and what transformers makes of them. python make_picture_templates.py OUT.json"""

import json, sys
from transformers.utils.chat_template_utils import render_jinja_template

T = {
    "parts": "{{- bos_token }}\n{%- for message in messages %}\n    {{- '<' + message['role'] + '>' }}\n    {%- if message['content'] is string %}\n        {{- message['content'] }}\n    {%- else %}\n        {%- for part in message['content'] %}\n            {%- if part['type'] == 'image' %}\n                {{- '[picture]' }}\n            {%- elif part['type'] == 'text' %}\n                {{- part['text'] }}\n            {%- endif %}\n        {%- endfor %}\n    {%- endif %}\n    {{- eos_token }}\n{%- endfor %}\n{%- if add_generation_prompt %}\n    {{- '<assistant>' }}\n{%- endif %}\n",
    "pictures are looked for first": "{% set seen = namespace(pictures=false, count=0) %}      \n{%- for message in messages %}\n    {%- for part in message['content'] %}\n        {%- if part['type'] == 'image' %}\n            {%- set seen.pictures = true %}\n            {%- set seen.count = seen.count + 1 %}\n        {%- endif %}\n    {%- endfor %}\n{%- endfor %}\n{%- if seen.pictures and messages[0]['role'] == 'system' %}\n    {{- raise_exception('no system message beside pictures') }}\n{%- endif %}\n{{- seen.count }}{%- for message in messages %}{%- if message.content is not string %}{%- for part in message.content if part.type == 'never' %}{%- endfor %}{%- for part in message.content %}{{- part.text if part.type == 'text' else '#' }}{%- endfor %}{%- else %}{{- message.content }}{%- endif %}{{- '|' }}{%- endfor %}".replace(
        "{%- for part in message.content if part.type == 'never' %}{%- endfor %}", ""
    ),
    "pictures before texts": "{% for message in messages %}{{ message.role }}: {% if message.content is string %}{{ message.content }}{% else %}{% for part in message.content | selectattr('type', 'equalto', 'image') %}<image>{% endfor %}{% for part in message.content | selectattr('type', 'equalto', 'text') %}{{ part.text | trim }} {% endfor %}{% endif %}{{ eos_token }}\n{% endfor %}",
}
I, t = {"type": "image"}, lambda s: {"type": "text", "text": s}
chats = [
    [dict(role="user", content=[I, t(" What is {{ this }}? ")])],
    [dict(role="user", content="Hello")],
    [dict(role="system", content="Be kind."), dict(role="user", content=[I, t("x")])],
    [dict(role="user", content=[t("one "), I, t(" two "), I]), dict(role="assistant", content="a boat"), dict(role="user", content=[I])],
    [dict(role="user", content=[t("one"), t("two")]), dict(role="assistant", content="ok"), dict(role="user", content=[I, I, t("both?")])],
]
out = []
for name, template in T.items():
    for messages in chats:
        for answer in (True, False):
            case = dict(name=name, template=template, messages=messages, answer=answer)
            try:
                case["text"] = render_jinja_template(
                    [messages], chat_template=template, add_generation_prompt=answer, bos_token="<s>", eos_token="</s>"
                )[0][0]
            except Exception as e:
                case["error"] = str(e)
            out.append(case)
open(sys.argv[1], "w").write("[\n" + ",\n".join(json.dumps(c) for c in out) + "\n]\n")
print(len(out), sum("error" in c for c in out))
