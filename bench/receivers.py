"""A thousand receivers of webhooks in one process: most answer at once, some never do."""

import asyncio
import json
import sys
import time

ANSWER = b"HTTP/1.1 204 No Content\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


async def serve(hanging: int) -> None:
    """Serve /0, /1 and so on, of which the first `hanging` take a message and say nothing.

    Writes the port, and when standard input ends, when each key first came (ms since 1970).
    """
    first_ms: dict[str, float] = {}
    held: list[asyncio.StreamWriter] = []

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            fields = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if line)
            await reader.readexactly(int(fields["content-length"]))
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()
            return
        first_ms.setdefault(fields["webhook-id"], time.time() * 1000)
        if int(head.split()[1].strip("/")) < hanging:
            held.append(writer)
            return
        writer.write(ANSWER)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(one, "127.0.0.1", 0, backlog=2_000)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    print(json.dumps(first_ms), flush=True)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
