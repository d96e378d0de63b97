"""Keeps demonstration agents at their desks: heartbeats, as their consoles would send them."""

from collections.abc import Sequence
from threading import Event, Thread

from sandbox.api import AgentApi
from sandbox.errors import SandboxError

HEARTBEAT = 30
"""Seconds; a third of the policy's grace period."""


class Presence:
    """Agents who are online until `stop`. Whoever says away or offline elsewhere is left so."""

    def __init__(self, agents: Sequence[AgentApi]) -> None:
        self._agents = agents
        self._leaving = Event()
        self._thread = Thread(target=self._beat, name="presence", daemon=True)

    def start(self) -> None:
        """Bring them online, one by one, and keep them there; raises `SandboxError`."""
        for agent in self._agents:
            agent.set_presence("online")
        self._thread.start()

    def stop(self) -> None:
        """Send no more heartbeats: after the grace period they count as gone."""
        self._leaving.set()
        if self._thread.is_alive():
            self._thread.join()
        for agent in self._agents:
            agent.close()

    def _beat(self) -> None:
        while not self._leaving.wait(HEARTBEAT):
            for agent in self._agents:
                keep_online(agent)


def keep_online(agent: AgentApi) -> None:
    """Send a heartbeat for whoever is online. A failed one is made up for by the next."""
    try:
        if agent.me()["presence"] == "online":
            agent.set_presence("online")
    except SandboxError:
        return
