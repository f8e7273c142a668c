"""`make up`: Airflow with its UI on this machine, the DAGs live, until somebody stops it."""

import os
import signal
import sys
import time

from commune_reports.errors import NeedsHuman, Transient
from commune_reports.orchestration.local_airflow import running_airflow
from commune_reports.settings import read_settings

PORT = 8080


def main() -> int:
    """Serve until Ctrl-C or SIGTERM; nothing is left running."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        settings = read_settings(os.environ)
        home = settings.home / "airflow"
        print(f"starting Airflow under {home} …", flush=True)  # noqa: T201
        with running_airflow(home, port=int(os.environ.get("COMMUNE_REPORTS_PORT") or PORT), extra={}) as airflow:
            print(f"Airflow is at {airflow.url}; unpause the DAGs there. Ctrl-C stops it.", flush=True)  # noqa: T201
            while True:
                airflow.check_alive()
                time.sleep(1)
    except KeyboardInterrupt:
        print("stopped")  # noqa: T201
        return 0
    except (NeedsHuman, Transient) as error:
        print(f"commune-reports: {error}", file=sys.stderr)  # noqa: T201
        return 2


if __name__ == "__main__":
    sys.exit(main())
