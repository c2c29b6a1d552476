"""Plays all four platforms until Ctrl-C, and prints the settings that look at them: `python -m tests.replay`."""

import threading
from contextlib import suppress

from tests.replay.cases import SCENES
from tests.replay.server import Replay

PORTS = {platform: 8061 + number for number, platform in enumerate(SCENES)}


def main() -> None:
    """Start a server a platform and wait."""
    servers = [Replay(platform, port=port, loud=True) for platform, port in PORTS.items()]
    for one in servers:
        threading.Thread(target=one.serve_forever, daemon=True).start()
    places = ", ".join(f'"{one.place}"' for one in servers)
    lines = ["crawl:", f"  allow_private: [{places}]", "platforms:"]
    lines += [f'  {one.platform}: {{base_url: "{one.url}"}}' for one in servers]
    lines += ["permissions:"]
    lines += [
        f'  - {{host: "{one.place}", basis: "Izin rekaan", granted_by: "Rekaan", valid_until: 2099-12-31}}'
        for one in servers
    ]
    lines += ["# " + "  ".join(f"{one.platform}: kelmawar" for one in servers), "# Ctrl-C ends it."]
    print("\n".join(lines), flush=True)  # noqa: T201  this is what it is for
    with suppress(KeyboardInterrupt):
        threading.Event().wait()


if __name__ == "__main__":
    main()
