"""Where the files of an export go: a local folder, or a bucket that fsspec knows. A file is there once it is whole."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any

import fsspec
from fsspec.implementations.local import LocalFileSystem

from router.errors import UnavailableError

EXTRAS = {"s3": "s3", "s3a": "s3", "gs": "gcs", "gcs": "gcs", "az": "azure", "abfs": "azure", "abfss": "azure"}


@contextmanager
def opened_at(url: str) -> Iterator[IO[bytes]]:
    """Open a file for writing; what was there before stays until it is whole.

    Raises UnavailableError with what to do, OSError for a local file.
    """
    files, path = _place(url)
    with _local(Path(path)) if isinstance(files, LocalFileSystem) else _remote(files, path, url) as file:
        yield file


def _place(url: str) -> tuple[Any, str]:
    scheme = url.partition("://")[0] if "://" in url else ""
    try:
        files, path = fsspec.core.url_to_fs(url)
    except (ImportError, ValueError) as error:
        extra = EXTRAS.get(scheme)
        mend = f"pip install 'slo-alert-router[{extra}]'" if extra else "name a folder, s3://, gs:// or az://"
        raise UnavailableError(f"cannot write to {scheme}://: {mend}", code="extra_missing") from error
    except Exception as error:  # each backend has errors of its own, which are imported with it only
        raise _refused(url, error) from error
    return files, path


@contextmanager
def _local(path: Path) -> Iterator[IO[bytes]]:
    """Write beside the file, then rename."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as file:
            yield file
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _remote(files: Any, path: str, url: str) -> Iterator[IO[bytes]]:
    """Write to a temporary file, then upload it: buckets show an object only once its upload is complete."""
    with NamedTemporaryFile(prefix="alert-router-") as file:
        yield file
        file.flush()
        try:
            files.put_file(file.name, path)
        except Exception as error:  # as above
            raise _refused(url, error) from error


def _refused(url: str, error: Exception) -> UnavailableError:
    said = (str(error).strip().splitlines() or [""])[0][:200]
    problem = f"{url}: {type(error).__name__}: {said}; is the bucket right, and may these credentials write to it?"
    return UnavailableError(problem, code="bucket")
