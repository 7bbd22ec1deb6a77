"""Kills a `tandem serve` amid the turns of many conversations, again and again, and looks whether a turn that was acknowledged is lost.
python kill_server.py --tandem ../../tandem --data DIR --port 8090 --clients 24 --kills 5
A turn is acknowledged by a whole answer with status 200, or in a stream by a finish_reason and [DONE]. Prints a summary as JSON; 0 if nothing is lost or torn."""

import argparse, asyncio, collections, hashlib, json, os, random, signal, subprocess, sys, time, urllib.error, urllib.request

QUESTIONS = ["Hi, what are you up to?", "Can you show me a photo of a red car in the snow?", "Could I see two penguins?", "How was your day?"]


def start(args):
    command = [args.tandem, "serve", "--port", str(args.port), *(["--data", args.data] if not args.database else [])]
    environment = {**os.environ, **({"TANDEM_DATABASE": args.database} if args.database else {})}
    # a group of its own, so that the launcher and what it starts die together
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=sys.stderr, env=environment, start_new_session=True)
    began = time.monotonic()
    while time.monotonic() < began + 120:
        if server.poll() is not None:
            sys.exit(f"the server ended with {server.returncode}")
        try:
            call(args, "/health")
            return server, time.monotonic() - began
        except OSError:
            time.sleep(0.1)
    sys.exit("the server does not answer")


def kill(server):
    os.killpg(server.pid, signal.SIGKILL)
    server.wait()


def call(args, path, body=None):
    request = urllib.request.Request(f"http://127.0.0.1:{args.port}{path}", None if body is None else json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as response:
        return json.load(response)


def hashes(images):
    return [hashlib.sha256(image["image_url"]["url"].encode()).hexdigest() for image in images or []]


async def ask(port, conversation, question, streamed):
    """What became of it, and of an acknowledged answer (words, photos' hashes)."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 24)
    try:
        said = {"model": "default", "stream": streamed, "modalities": ["text", "image"], "conversation": conversation}
        body = json.dumps({**said, "messages": [{"role": "user", "content": question}]}).encode()
        head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        status = int((await reader.readline()).split()[1])
        length = None
        while (line := await reader.readline()) not in (b"\r\n", b""):
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        if status != 200:
            return str(status), None
        if not streamed:
            text = await (reader.readexactly(length) if length is not None else reader.read())
            message = json.loads(text)["choices"][0]["message"]
            return "acknowledged", (message["content"] or "", hashes(message.get("images")))
        words, photos, finished = "", [], False
        while line := await reader.readline():
            if line.strip() == b"data: [DONE]":
                return ("acknowledged", (words, photos)) if finished else ("cut", None)
            if not line.startswith(b"data: "):
                continue
            chunk = json.loads(line[6:])
            if "error" in chunk:
                return "error event", None
            for choice in chunk.get("choices", []):
                words += choice["delta"].get("content") or ""
                photos += hashes(choice["delta"].get("images"))
                finished = finished or choice.get("finish_reason") is not None
        return "cut", None
    finally:
        writer.close()


async def client(number, args, conversation, sent, counts, acknowledged, gone):
    """Sends turns until the server is gone; each is written down before it is sent, and again when it is acknowledged."""
    while not gone.is_set():
        turn = {"question": f"{QUESTIONS[(number + len(sent)) % len(QUESTIONS)]} ({number}.{len(sent)})", "streamed": (number + len(sent)) % 2 == 0, "answer": None}
        sent.append(turn)
        try:
            status, turn["answer"] = await ask(args.port, conversation, turn["question"], turn["streamed"])
        except (OSError, IndexError, ValueError, asyncio.IncompleteReadError):
            counts["cut"] += 1
            await asyncio.sleep(0.2)
        else:
            counts[status] += 1
            if turn["answer"]:
                acknowledged.set()
            await asyncio.sleep(0 if turn["answer"] else 0.5)


async def load(args, server, conversations, turns, counts, kills):
    """Kills the server with the clients at work: at any moment, or, every second time, at once when a turn is acknowledged."""
    acknowledged, gone = asyncio.Event(), asyncio.Event()
    clients = [asyncio.create_task(client(i, args, c, turns[c], counts, acknowledged, gone)) for i, c in enumerate(conversations)]
    await asyncio.sleep(random.uniform(args.seconds / 2, args.seconds))
    if kills % 2 == 0:
        acknowledged.clear()
        await asyncio.wait_for(acknowledged.wait(), 60)
    kill(server)
    gone.set()
    await asyncio.gather(*clients)


def words(text):
    return " ".join(text.split())


def look(args, conversations, turns):
    """What became of each turn."""
    found = collections.Counter()
    for conversation in conversations:
        stored = call(args, f"/v1/conversations/{conversation}/messages")["data"]
        pairs = {}
        for i, message in enumerate(stored):
            if message["role"] == "user":
                answer = stored[i + 1] if i + 1 < len(stored) and stored[i + 1]["role"] == "assistant" else None
                pairs[message["content"]] = answer and (words(answer["content"]), hashes(answer["images"]))
                if answer is None:
                    found["torn"] += 1
                    print("torn:", conversation, message["content"], file=sys.stderr)
        found["stored"] += len(pairs)
        if len(pairs) != sum(message["role"] == "user" for message in stored):
            found["twice"] += 1
        for turn in turns[conversation]:
            if not turn["answer"]:
                found["unacknowledged but whole"] += bool(pairs.get(turn["question"]))
                continue
            found["acknowledged"] += 1
            found["acknowledged photos"] += len(turn["answer"][1])
            if pairs.get(turn["question"]) != (words(turn["answer"][0]), turn["answer"][1]):
                found["lost"] += 1
                print("lost:", conversation, turn["question"], file=sys.stderr)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tandem", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../tandem"))
    parser.add_argument("--data", default="kill-data", help="folder of the server's conversations")
    parser.add_argument("--database", help="JDBC URL of a PostgreSQL in its place")
    parser.add_argument("--port", type=int, default=8090)
    parser.add_argument("--clients", type=int, default=24)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=12, help="longest time from a start to the kill")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    random.seed(args.seed)
    server, up = start(args)
    counts, starts = collections.Counter(), [round(up, 1)]
    turns = {}
    try:
        for kills in range(args.kills):
            # new conversations beside the old ones, so that none grows beyond what the server keeps
            conversations = [call(args, "/v1/conversations", {})["id"] for _ in range(args.clients)]
            turns.update({c: [] for c in conversations})
            asyncio.run(load(args, server, conversations, turns, counts, kills))
            server, up = start(args)
            starts.append(round(up, 1))
            found = look(args, list(turns), turns)
            print(f"killed: {dict(found)}", file=sys.stderr)
    finally:
        kill(server)
    print(json.dumps({"clients": args.clients, "kills": args.kills, "sent": sum(map(len, turns.values())), **found, "lost": found["lost"], "torn": found["torn"], "heard": counts, "starts_seconds": starts}))
    sys.exit(1 if found["lost"] or found["torn"] or found["twice"] or not found["acknowledged"] else 0)


main()
