"""All providers behind one address: each double's API under its channel's name, and the customers' phones at /."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager

from starlette.applications import Starlette
from starlette.routing import Mount

from sandbox.double import Double, serving
from sandbox.phones import Phones
from sandbox.phones_mail import EMAIL
from sandbox.ses import Ses
from sandbox.twilio import Twilio


class Providers:
    """Twilio, the social networks by channel, and SES if there is mail."""

    def __init__(
        self,
        twilio: Twilio,
        networks: Mapping[str, Double] | None = None,
        ses: Ses | None = None,
        console_url: str = "",
    ) -> None:
        self.twilio = twilio
        self.networks = networks or {}
        self.ses = ses
        self._phones = Phones(twilio, self.networks, ses, console_url)
        doubles = {"sms": twilio.app} | {channel: double.app for channel, double in self.networks.items()}
        if ses:
            doubles[EMAIL] = ses.app
        apis = [Mount(f"/{channel}", app=app) for channel, app in doubles.items()]
        self.app = Starlette(routes=[*self._phones.routes(), *apis], lifespan=self._lifespan)

    @contextmanager
    def serve(self, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
        """Serve for as long as the block lasts; yields the base URL."""
        with serving(self, host, port) as base_url:
            try:
                yield base_url
            finally:
                self._phones.hang_up()  # pages would stay connected for ever

    @asynccontextmanager
    async def _lifespan(self, app: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:  # a mounted app is told of no beginning and no end
            await stack.enter_async_context(self.twilio.lifespan(app))
            for double in self.networks.values():
                await stack.enter_async_context(double.lifespan(app))
            if self.ses:
                await stack.enter_async_context(self.ses.lifespan(app))
            yield
