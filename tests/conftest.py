"""What all tests share: golden files with an update flag, how long Hypothesis looks, and of what a sample is enough.

Of the cases of a test that is marked `sampled(n)` every n-th is run, with `--thorough` all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# The same examples in every run; a longer search: --hypothesis-profile=search
settings.register_profile("quick", max_examples=60, deadline=None, derandomize=True, database=None)
settings.register_profile(
    "search", max_examples=2000, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("quick")

Golden = Callable[[str, str], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-goldens", action="store_true", help="write the golden files instead of comparing")
    parser.addoption("--thorough", action="store_true", help="run all cases of tests that are marked `sampled`")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "sampled(n): of the test's cases every n-th is run, unless --thorough is given")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out cases of tests of which a sample is enough."""
    if config.getoption("--thorough"):
        return
    counts: Counter[str] = Counter()
    kept, left_out = [], []
    for item in items:
        mark = item.get_closest_marker("sampled")
        test = item.nodeid.partition("[")[0]
        (left_out if mark is not None and counts[test] % mark.args[0] else kept).append(item)
        counts[test] += 1
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = kept


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Compares a text with the file `golden/NAME` beside the test; with --update-goldens, writes the file."""
    folder = Path(request.path).parent / "golden"

    def compare(name: str, text: str) -> None:
        path = folder / name
        if request.config.getoption("--update-goldens"):
            folder.mkdir(exist_ok=True)
            path.write_text(text + "\n", encoding="utf-8")
        assert path.exists(), f"there is no {path}: run pytest with --update-goldens and look at what it writes"
        assert text + "\n" == path.read_text(encoding="utf-8")

    return compare
