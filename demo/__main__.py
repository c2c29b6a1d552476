"""Serve the planted election to look at: `python -m demo`."""

import sys
from threading import Event

from demo.network import running


def main() -> None:
    """Print where the networks are, and serve them until Ctrl-C."""
    with running() as served:
        places = served.addresses
        sys.stdout.write(
            f"warga      {places.warga}/@kel_ciwuluhdatar\n"
            f"           {places.warga}/@nining.laksa/suka\n"
            f"paguyuban  {places.paguyuban}/@kel_tegalhonje (a login wall)\n"
            f"pendopo    {places.pendopo}/api/v1/accounts/lookup?acct=kel_neglawening\n"
            "Ctrl-C to stop.\n"
        )
        sys.stdout.flush()
        try:
            Event().wait()
        except KeyboardInterrupt:
            sys.stdout.write("\n")


if __name__ == "__main__":
    main()
