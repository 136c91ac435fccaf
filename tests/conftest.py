"""How hard the properties try, and the sample company that several tests look at."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import keyring
import pytest
from filelock import FileLock
from hypothesis import HealthCheck, settings
from keyring.backends.fail import Keyring as NoKeyring

# The short profile; a long run sets it to some hundreds.
EXAMPLES_VARIABLE = "HUOKE_TEST_EXAMPLES"
SHORT_EXAMPLES = 15
SAMPLE_DAY = date(2026, 11, 23)

settings.register_profile(
    "huoke",
    max_examples=int(os.environ.get(EXAMPLES_VARIABLE, SHORT_EXAMPLES)),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("huoke")


@pytest.fixture(scope="session", autouse=True)
def no_keyring_of_whoever_runs_this() -> None:
    """Keep keys out of the system's keyring, and out of those that tests define, unless a test sets one itself."""
    keyring.set_keyring(NoKeyring())


@pytest.fixture(scope="session")
def sample_company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store of the sample company as of SAMPLE_DAY, made once for all test processes; copy it before writing."""
    from tui.cli.demo import make_sample

    shared = tmp_path_factory.getbasetemp()
    # Each process of a parallel run has a folder of its own inside the run's.
    if os.environ.get("PYTEST_XDIST_WORKER"):
        shared = shared.parent
    folder = shared / "sample-company"
    with FileLock(shared / "sample-company.lock"):
        if not folder.exists():
            made = shared / "sample-company-being-made"
            make_sample(made, "small", SAMPLE_DAY, lambda _table, _done, _of_all: None)
            made.rename(folder)
    return folder
