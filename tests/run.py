"""
The whole suite, once on SQLite, where coverage is measured with a floor under it, and once on PostgreSQL.

Measuring makes tests take half as long again, and PostgreSQL has two lines of its own. Then the browser tests, once:
pages are the same above either database. They stand apart because the tests of a worker share one installation, on
SQLite as `make run` has it. `make test` ends here. With arguments (`python -m tests.run tests/core -k fence`) it is
pytest on both databases, without coverage.
"""

from __future__ import annotations

import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

from coverage import Coverage

from tests.postgres import postgres

ROOT = pathlib.Path(__file__).resolve().parent.parent
# More workers than processors, because some wait for the processes that they started.
WORKERS = min((os.cpu_count() or 1) + 2, 8)
SUITE = ["pytest", "--ignore=tests/browser", "-n", str(WORKERS), "--dist=loadfile", "--no-loadscope-reorder"]
MEASURED = ["coverage", "run", "-m", *SUITE]
IN_BROWSER = ["pytest", "tests/browser", "-n", "2", "--dist=loadfile"]


def run_suite(command: list[str], *, database_url: str, scratch: pathlib.Path) -> int:
    environment = os.environ | {
        "DATABASE_URL": database_url,
        "COVERAGE_FILE": str(scratch / "coverage" / ".coverage"),
        "TMPDIR": str(scratch),  # whatever a killed process leaves behind goes with the rest
    }
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # what one of many processes has compiled helps all others
    suite = subprocess.Popen([sys.executable, "-m", *command], cwd=ROOT, env=environment)
    try:
        return suite.wait()
    except KeyboardInterrupt:  # it reached pytest too, which still drops its databases
        suite.wait(timeout=20)
        raise
    finally:
        suite.kill()


def measure_coverage(*, scratch: pathlib.Path) -> tuple[float, float]:
    """What was covered, and the floor; the report goes to the screen, the data to `.coverage`."""
    measured = Coverage(data_file=str(ROOT / ".coverage"), messages=False)
    measured.combine([str(scratch / "coverage")])
    measured.save()
    print()
    total = measured.report(show_missing=True, skip_covered=True, precision=1)
    return total, float(str(measured.get_option("report:fail_under")))


def main(arguments: list[str]) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with tempfile.TemporaryDirectory(prefix="heliograph-") as folder:
        scratch = pathlib.Path(folder)
        (scratch / "coverage").mkdir()
        with postgres(folder=scratch) as postgres_url:
            plan = {"SQLite": (MEASURED, ""), "PostgreSQL": (SUITE, postgres_url), "browser": (IN_BROWSER, "")}
            if arguments:
                suite = ["pytest", *arguments]
                plan = {"SQLite": (suite, ""), "PostgreSQL": (suite, postgres_url)}
            runs = {name: _timed(name, *planned, scratch=scratch) for name, planned in plan.items()}
        failed = any(code for code, _ in runs.values())
        verdicts = [f"{name} {'failed' if code else 'passed'} ({took:.0f} s)" for name, (code, took) in runs.items()]
        if not arguments:
            total, floor = measure_coverage(scratch=scratch)
            failed |= total < floor
            verdicts.append(f"coverage {total:.1f} % (floor {floor:.0f} %)")
    print(f"\n{'FAILED' if failed else 'passed'}: {', '.join(verdicts)}")
    return int(failed)


def _timed(name: str, command: list[str], database_url: str, *, scratch: pathlib.Path) -> tuple[int, float]:
    print(f"\n=== {name} ===", flush=True)
    start = time.monotonic()
    return run_suite(command, database_url=database_url, scratch=scratch), time.monotonic() - start


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
