"""Plugins for tests: a good one, and one that does whatever harm it is told to."""

import asyncio
import os
import subprocess
from contextlib import suppress
from typing import ClassVar

from hichat.plugin import Happened, Plugin, PluginAnswer, PluginCall, PluginCommand, PluginMessage


class Echo(Plugin):
    """Says what it hears, and tells over HTTP what it knows."""

    commands: ClassVar[dict[str, str]] = {"shout": "says it aloud"}

    async def on_message(self, message: PluginMessage) -> None:
        with (self.bot.directory / "heard").open("a") as file:
            file.write(f"{message.text}\n")
        await message.reply(message.text.upper(), quote=True)

    async def on_command(self, command: PluginCommand) -> str | None:
        return f"{command.name} {command.arguments.upper()}!"

    async def on_event(self, event: Happened) -> None:
        with (self.bot.directory / "heard").open("a") as file:
            file.write(f"<{event.kind}>\n")

    async def http(self, call: PluginCall) -> PluginAnswer:
        if call.path == "/page":
            return PluginAnswer("<script>x</script>", type="text/html", headers={"Set-Cookie": "a=b"})
        settings = sorted(name for name in os.environ if name.startswith("HICHAT_"))
        files = []
        for name in os.listdir("/proc/self/fd"):
            with suppress(OSError):  # that of the list itself is closed by now
                files.append(os.readlink(f"/proc/self/fd/{name}"))
        told = {"path": call.path, "query": dict(call.query), "user": call.user_name, "headers": dict(call.headers)}
        return PluginAnswer({**told, "body": call.body.decode(), "settings": settings, "files": files})


class Bad(Plugin):
    """Does harm."""

    open = True

    async def on_message(self, message: PluginMessage) -> None:
        await getattr(self, f"do_{message.text}")(message)

    async def do_spin(self, message: PluginMessage) -> None:
        while True:
            pass

    async def do_eat(self, message: PluginMessage) -> None:
        bytearray(2**31)

    async def do_flood(self, message: PluginMessage) -> None:
        os.set_blocking(1, False)
        for _ in range(2000):
            try:
                os.write(1, b"flood " * 100 + b"\n")
            except BlockingIOError:
                await asyncio.sleep(0.001)

    async def do_die(self, message: PluginMessage) -> None:
        mark = self.bot.directory / "died"
        if not mark.exists():
            mark.touch()
            os._exit(7)

    async def do_fork(self, message: PluginMessage) -> None:
        made = subprocess.Popen(["sleep", "1000"])
        await message.reply(f"{made.pid}")

    async def http(self, call: PluginCall) -> PluginAnswer:
        if call.path == "/long":
            return PluginAnswer(bytes(5 * 1024 * 1024))
        if call.path == "/raise":
            raise RuntimeError("it fails")
        return PluginAnswer(call.user_name or "a stranger")
