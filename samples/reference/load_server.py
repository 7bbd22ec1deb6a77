"""Many clients at a running `tandem serve`: statuses, times to the first words and to the photo, memory of the server's process.
python load_server.py --url http://127.0.0.1:8080 --clients 200 --seconds 120 --pid PID"""

import argparse, asyncio, collections, json, statistics, time, urllib.parse

QUESTIONS = ["Hi, what are you up to?", "Can you show me a photo of a red car in the snow?", "Could I see two penguins?", "How was your day?"]


async def ask(host, port, question, marks):
    reader, writer = await asyncio.open_connection(host, port)
    try:
        body = json.dumps({"model": "default", "stream": True, "modalities": ["text", "image"], "messages": [{"role": "user", "content": question}]}).encode()
        began = time.monotonic()
        writer.write(
            b"POST /v1/chat/completions HTTP/1.1\r\nHost: %s:%d\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
            % (host.encode(), port, len(body))
            + body
        )
        await writer.drain()
        status = int((await reader.readline()).split()[1])
        wait = 1.0
        while (line := await reader.readline()) not in (b"\r\n", b""):
            if line.lower().startswith(b"retry-after:"):
                wait = float(line.split(b":")[1])
        if status != 200:
            await reader.read()
            return str(status), wait
        end, words = "cut", False
        while line := await reader.readline():
            if not line.startswith(b"data: "):
                continue
            if line.strip() == b"data: [DONE]":
                end = "200"
                break
            chunk = json.loads(line[6:])
            if "error" in chunk:
                return "error " + str(chunk["error"].get("code")), 1.0
            for choice in chunk.get("choices", []):
                delta = choice["delta"]
                if delta.get("content") and not words:
                    words = True
                    marks["first words"].append(time.monotonic() - began)
                if delta.get("images"):
                    marks["photo"].append(time.monotonic() - began)
        marks["whole answer"].append(time.monotonic() - began)
        return end, 0.0
    finally:
        writer.close()


async def client(number, host, port, until, statuses, marks):
    turn = number
    while time.monotonic() < until:
        try:
            status, wait = await ask(host, port, QUESTIONS[turn % len(QUESTIONS)], marks)
        except (OSError, IndexError, asyncio.IncompleteReadError, ValueError) as e:
            status, wait = type(e).__name__, 1.0
        statuses[status] += 1
        turn += 1
        await asyncio.sleep(min(wait, max(0.0, until - time.monotonic())))


def resident(pid):
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS"))


async def watch(pid, until, memory):
    while pid and time.monotonic() < until:
        memory.append(resident(pid))
        await asyncio.sleep(5)


async def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8080")
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--pid", type=int, default=0, help="of the server, whose resident memory is looked at")
    args = parser.parse_args()
    url = urllib.parse.urlparse(args.url)
    statuses, marks, memory = collections.Counter(), collections.defaultdict(list), []
    until = time.monotonic() + args.seconds
    await asyncio.gather(
        watch(args.pid, until, memory),
        *(client(i, url.hostname, url.port or 80, until, statuses, marks) for i in range(args.clients)),
    )
    print(json.dumps(dict(statuses)))
    for name, times in marks.items():
        ordered = sorted(times)
        print(f"{name}: {len(times)}, p50 {statistics.median(ordered):.2f} s, p99 {ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))]:.2f} s")
    if memory:
        print("resident MB, every 5 s:", " ".join(f"{m:.0f}" for m in memory))


asyncio.run(main())
