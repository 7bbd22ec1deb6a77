"""Chat templates of our own and what transformers makes of them. python make_chat_templates.py OUT.json"""

import json, sys
from transformers.utils.chat_template_utils import render_jinja_template

T = {
    "headers, trimmed": "{{- bos_token }}\n{%- for message in messages %}\n    {{- '<|' + message['role'] + '|>\\n' + message['content'] | trim + '<|end|>\\n' }}\n{%- endfor %}\n{%- if add_generation_prompt %}\n    {{- '<|assistant|>\\n' }}\n{%- endif %}\n",
    "turns must alternate": "{% if messages[0]['role'] == 'system' %}{% set rest = messages[1:] %}{% set first = messages[0]['content'] %}{% else %}{% set rest = messages %}{% set first = false %}{% endif %}{% for message in rest %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('user and assistant must take turns') }}{% endif %}{% if loop.index0 == 0 and first != false %}{% set text = '<<' + first + '>>\\n' + message['content'] %}{% else %}{% set text = message['content'] %}{% endif %}{% if message['role'] == 'user' %}{{ bos_token + '[Q] ' + text.strip() + ' [/Q]' }}{% else %}{{ ' ' + text.strip() + eos_token }}{% endif %}{% endfor %}",
    "a namespace": "{% if not add_generation_prompt is defined %}\n{% set add_generation_prompt = false %}\n{% endif %}\n{% set ns = namespace(system='', turns=0) %}\n{%- for message in messages %}\n{%- if message['role'] == 'system' %}\n{% set ns.system = message['content'] %}\n{%- else %}\n{%- set ns.turns = ns.turns + 1 -%}\n{%- endif %}\n{%- endfor %}\n{{bos_token}}{{ns.system}} ({{ns.turns}})\n{%- for message in messages if false %}{%- endfor %}\n{%- for message in messages %}\n{%- if message['role'] != 'system' %}\n{% set text = message['content'] %}\n{% if '</think>' in text %}\n{% set text = text.split('</think>')[-1] %}\n{% endif %}\n{{'<' + message['role'] + '>' + text}}\n{%- endif %}\n{%- endfor -%}\n{% if add_generation_prompt %}{{'<assistant>'}}{% endif %}".replace(
        "{%- for message in messages if false %}{%- endfor %}\n", ""
    ),
    "lines and remarks": "Start\n{% for m in messages %}\n    {{ m.role }}: {{ m.content }}\n    {# a remark #}\n{% endfor %}\n{% if messages|length > 1 %}several, {% endif %}done\n\n",
    "a macro": "{%- macro turn(role, text) -%}\n<{{ role }}>{{ text|trim }}</{{ role }}>\n{%- endmacro -%}\n{%- for m in messages -%}\n{{ turn(m.role, m.content) }}{{ '' if loop.last else '; ' }}\n{%- endfor -%}\n{% if add_generation_prompt %}\n<assistant>{% endif %}",
    "methods": "{% for m in messages %}{{ m.content.upper() }}|{{ m.role.lower() }}|{{ m.content.replace('a', 'b') }}|{{ m.content[:3] }}|{{ m.content | length }}|{{ m.content.lstrip() }}|{{ 'yes' if m['role'] in ['user', 'system'] else 'no' }}|{{ m.get('name', 'nobody') }}|{% if m.content.startswith('H') %}H{% endif %}|{{ loop.index }} of {{ loop.length }}\n{% endfor %}",
    "break and continue": "{% for m in messages %}{% if m.role == 'system' %}{% continue %}{% endif %}{% if loop.index > 3 %}{% break %}{% endif %}{{ m.content }};{% endfor %}",
    "marks for training": "{% for m in messages %}{% if m.role == 'assistant' %}{% generation %}{{ m.content }}{% endgeneration %}{% else %}{{ m.content }}{% endif %}{{ eos_token }}{% endfor %}",
    "tools and dates that nobody gives": "{%- if not tools is defined %}\n    {%- set tools = none %}\n{%- endif %}\n{%- if not date_string is defined %}\n    {%- set date_string = 'today' %}\n{%- endif %}\n{%- if tools is not none %}\n    {%- for tool in tools %}{{ tool | tojson }}{%- endfor %}\n{%- endif %}\n{{- date_string }}\n{%- for message in messages %}\n    {%- if 'tool_calls' in message %}\n        {{- 'calls' }}\n    {%- elif message.content is string %}\n        {{- message.role + '=' + message.content + ';' }}\n    {%- endif %}\n{%- endfor %}\n",
}
chats = [
    [dict(role="user", content="Hello there!")],
    [
        dict(role="system", content=" You are kind. "),
        dict(role="user", content='  What is {{ 7*7 }} {% raw %} {# here #} in "Paris"?\n'),
        dict(role="assistant", content="<think>hm</think>It's 49 <b>&</b> é ☃ \\n."),
        dict(role="user", content="ok"),
    ],
    [dict(role="user", content="a"), dict(role="user", content="b")],
]
out = []
for n, t in T.items():
    for m in chats:
        for gen in (True, False):
            c = dict(name=n, template=t, messages=m, answer=gen)
            try:
                r, _ = render_jinja_template([m], chat_template=t, add_generation_prompt=gen, bos_token="<s>", eos_token="</s>")
                c["text"] = r[0]
            except Exception as e:
                c["error"] = str(e)
            out.append(c)
json.dump(out, open(sys.argv[1], "w"), ensure_ascii=False, indent=1)
print(len(out), sum("error" in c for c in out))
