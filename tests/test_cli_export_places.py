"""Where an export goes: it is there once it is whole, in a folder, in memory, and in a bucket over S3's HTTP."""

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import fsspec
import pytest
from pyarrow import parquet

from router.cli import main
from router.cli.export.places import opened_at
from router.errors import UnavailableError
from tests.support.prometheus import free_port
from tests.support.waiting import until
from tests.support.weekly_files import firings, record, write, write_week


def test_a_broken_write_leaves_what_was_there_before(tmp_path: Path) -> None:
    place = tmp_path / "firings.csv"
    place.write_bytes(b"before")
    with pytest.raises(KeyboardInterrupt), opened_at(str(place)) as file:
        file.write(b"half")
        raise KeyboardInterrupt
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("firings.csv", b"before")]


def test_a_file_is_replaced_once_it_is_whole(tmp_path: Path) -> None:
    place = tmp_path / "firings.csv"
    place.write_bytes(b"before")
    with opened_at(f"file://{place}") as file:
        file.write(b"after")
        assert place.read_bytes() == b"before"
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("firings.csv", b"after")]


def test_memory_is_a_place(tmp_path: Path) -> None:
    with opened_at("memory://export/firings.jsonl") as file:
        file.write(b"{}\n")
    assert fsspec.filesystem("memory").cat("/export/firings.jsonl") == b"{}\n"
    with pytest.raises(ZeroDivisionError), opened_at("memory://export/half.jsonl") as file:
        file.write(b"%d" % (1 // 0))
    assert not fsspec.filesystem("memory").exists("/export/half.jsonl")


@pytest.mark.parametrize(
    ("url", "module", "said"),
    [
        ("gs://bucket/x", "gcsfs", "cannot write to gs://: pip install 'slo-alert-router[gcs]'"),
        ("az://bucket/x", "adlfs", "cannot write to az://: pip install 'slo-alert-router[azure]'"),
        ("abfs://bucket/x", "adlfs", "cannot write to abfs://: pip install 'slo-alert-router[azure]'"),
        ("s3://bucket/x", "s3fs", "cannot write to s3://: pip install 'slo-alert-router[s3]'"),
        ("sss://bucket/x", "sss", "cannot write to sss://: name a folder, s3://, gs:// or az://"),
    ],
)
def test_what_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch, url: str, module: str, said: str) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(UnavailableError) as caught, opened_at(url):
        raise AssertionError("it was opened")
    assert str(caught.value) == said


def test_parquet_without_its_extra_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(write_week(tmp_path))
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    some = ["export", "--config", "router.yaml", "--history", "history.jsonl", "--output", "out", "--format", "parquet"]
    assert main(some) == 1
    assert "pip install 'slo-alert-router[parquet]'" in capsys.readouterr().err
    assert list((tmp_path / "out").iterdir()) == []


# --- S3


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """moto's S3 on a port of its own; the address."""
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        yield f"http://127.0.0.1:{port}"
        server.terminate()


async def ask(method: str, url: str) -> tuple[int, bytes]:
    """A request of somebody who is known; moto checks no signature."""
    headers = {"Authorization": "AWS4-HMAC-SHA256 Credential=writer/20261116/us-east-1/s3/aws4_request"}
    async with aiohttp.ClientSession(headers=headers) as session, session.request(method, url) as answer:
        return answer.status, await answer.read()


async def make_bucket(s3: str) -> None:
    async def made() -> bool:
        try:
            return (await ask("PUT", f"{s3}/alerts"))[0] == 200
        except aiohttp.ClientError:
            return False

    await until(made, "the bucket is there", 30)


def export(folder: Path, s3: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    variables = {
        **os.environ,
        "PYTHONPATH": str(Path(__file__).parent.parent),
        "AWS_ENDPOINT_URL": s3,
        "AWS_ACCESS_KEY_ID": "writer",
        "AWS_SECRET_ACCESS_KEY": "not-to-be-shown",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_MAX_ATTEMPTS": "1",
    }
    command = [sys.executable, "-m", "router", "export", "--config", "router.yaml", *arguments]
    return subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, timeout=60, check=False)


async def test_s3_has_the_files_once_they_are_whole(tmp_path: Path, s3: str) -> None:
    folder = write_week(tmp_path)
    await make_bucket(s3)
    history = ("--history", "history.jsonl")
    done = export(folder, s3, *history, "--format", "parquet", "--output", "s3://alerts/firings/month=2026-11/")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "s3://alerts/firings/month=2026-11/firings.parquet: 9 rows\n"
    status, body = await ask("GET", f"{s3}/alerts/firings/month=2026-11/firings.parquet")
    assert status == 200
    assert parquet.read_table(io.BytesIO(body)).num_rows == len(firings())
    # A mistake in the middle of the next one changes nothing of it.
    write(folder / "bad.jsonl", [record("A", 1), record("B", 2, outcome="?")])
    bad = ("--history", "bad.jsonl", "--format", "parquet", "--output", "s3://alerts/firings/month=2026-11")
    assert export(folder, s3, *bad).returncode == 1
    assert await ask("GET", f"{s3}/alerts/firings/month=2026-11/firings.parquet") == (200, body)
    _, listed = await ask("GET", f"{s3}/alerts?list-type=2")
    assert listed.count(b"<Key>") == 1
    assert b"<Upload>" not in (await ask("GET", f"{s3}/alerts?uploads"))[1]


@pytest.mark.parametrize(
    ("url", "endpoint", "said"),
    [
        ("s3://nowhere/x", "", "s3://nowhere/x/firings.jsonl: "),
        ("s3://alerts/x", "http://127.0.0.1:1", "is the bucket right, and may these credentials write to it?"),
    ],
    ids=["no bucket", "no server"],
)
async def test_a_bucket_that_refuses_is_told_without_secrets(
    tmp_path: Path, s3: str, url: str, endpoint: str, said: str
) -> None:
    folder = write_week(tmp_path)
    await make_bucket(s3)
    done = export(folder, endpoint or s3, "--history", "history.jsonl", "--output", url)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert "not-to-be-shown" not in done.stderr
