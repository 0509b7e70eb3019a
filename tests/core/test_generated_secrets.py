"""Secrets that nobody set: made once, for one user of the machine only, the same for all processes."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from cryptography.fernet import Fernet

from config.generated import generated, random_text


def test_a_secret_is_made_once_and_read_after_that(tmp_path: Path):
    first = generated("SECRET_KEY", folder=tmp_path)

    assert generated("SECRET_KEY", folder=tmp_path) == first
    assert generated("OTHER", folder=tmp_path) != first
    assert len(first) >= 50


def test_only_its_owner_can_read_the_file(tmp_path: Path):
    folder = tmp_path / "not yet there"

    generated("SECRET_KEY", folder=folder)

    (file,) = folder.iterdir()
    assert (file.name, stat.S_IMODE(file.stat().st_mode)) == ("secret_key", 0o600)


def test_a_secret_can_be_of_a_form_of_its_own(tmp_path: Path):
    key = generated("FIELD_ENCRYPTION_KEYS", folder=tmp_path, make=lambda: Fernet.generate_key().decode())

    assert Fernet(key).decrypt(Fernet(key).encrypt(b"x")) == b"x"


def test_a_secret_put_there_by_hand_counts(tmp_path: Path):
    (tmp_path / "secret_key").write_text("by hand\n")

    assert generated("SECRET_KEY", folder=tmp_path) == "by hand"


def test_all_who_start_together_get_the_same_one(tmp_path: Path):
    together = Barrier(8)

    def make() -> str:
        together.wait()
        return random_text()

    with ThreadPoolExecutor(8) as pool:
        secrets = list(pool.map(lambda _: generated("SECRET_KEY", folder=tmp_path, make=make), range(8)))

    assert len(set(secrets)) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["secret_key"]
