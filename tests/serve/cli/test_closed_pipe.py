"""A reader that has seen enough ends the command, quietly and soon."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.serve.cli.test_interrupt import ended, guarded, started

ROWS = """import pyarrow as pa
from lakeindex.serve.cli.output import Format, write_batches
batch = pa.record_batch({'a': list(range(5000))})
def batches():
    yield batch
    PRODUCE
write_batches(batches(), batch.schema, Format('FORM'))
print('went on', file=sys.stderr)"""


@pytest.mark.parametrize("form", ["table", "csv", "json", "jsonl", "md", "arrow"])
@pytest.mark.parametrize("produce", ["while True: yield batch", "import ctypes; ctypes.CDLL(None).sleep(60)"])
def test_the_end_comes_soon_whatever_computes_the_next_rows(form: str, produce: str) -> None:
    program = guarded(ROWS.replace("FORM", form).replace("PRODUCE", produce))
    process = started(program, stdout=subprocess.PIPE)
    assert process.stdout is not None and len(process.stdout.read(100)) == 100
    process.stdout.close()
    start = time.monotonic()
    assert process.wait(timeout=60) == 0
    assert time.monotonic() - start < 1.5
    assert process.stderr is not None and process.stderr.read() == b""
    process.stderr.close()


def test_rows_that_were_all_read_end_nothing() -> None:
    program = guarded(
        ROWS.replace("FORM", "csv").replace("PRODUCE", "return") + "\ntime.sleep(.6)\nraise SystemExit(6)"
    )
    process = started(program.replace("_report(error)", "error.code"), stdout=subprocess.PIPE)
    assert process.stdout is not None
    while process.stdout.readline() != b"4999\n":
        pass
    process.stdout.close()
    assert process.wait(timeout=60) == 6
    assert process.stderr is not None and process.stderr.read() == b"went on\n"
    process.stderr.close()


@pytest.mark.parametrize("words", [("tables",), ("tables", "-o", "json"), ("read", "sales/orders.csv", "-o", "md")])
def test_a_command_whose_reader_is_gone_is_quiet(index_folder: Path, words: tuple[str, ...]) -> None:
    code = "import time; from lakeindex.serve.cli.start import main; time.sleep(.2); main()"
    process = started(code, *words, index=index_folder, stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None
    assert ended(process)[:2] == (0, b"")


def test_a_full_disk_is_one_sentence(index_folder: Path) -> None:
    with Path("/dev/full").open("w") as full:
        code = "from lakeindex.serve.cli.start import main; main()"
        command = [sys.executable, "-c", code, "tables", "--index", str(index_folder)]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 1
    assert b"No space left on device" in done.stderr and b"Traceback" not in done.stderr
    assert done.stderr.count(b"\n") == 1


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_a_closed_stream_is_no_fault(index_folder: Path, closed: str) -> None:
    code = "from lakeindex.serve.cli.start import main; main()"
    command = f'"{sys.executable}" -c "{code}" tables -q --index "{index_folder}" {closed}'
    done = subprocess.run(["sh", "-c", command], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert (b"geo/countries.csv" in done.stdout) is (closed == "2>&-")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_data_is_utf8_whatever_the_locale(index_folder: Path, encoding: str) -> None:
    code = "from lakeindex.serve.cli.start import main; main()"
    command = [sys.executable, "-c", code, "tables", "-o", "csv", "--index", str(index_folder)]
    done = subprocess.run(command, capture_output=True, check=True, env=os.environ | {"PYTHONIOENCODING": encoding})
    assert "geo/hauptstädte.csv.gz" in done.stdout.decode("utf-8")


@pytest.mark.parametrize(
    ("method", "words"),
    [
        ("query", ("query", "sales/orders.csv", "country", "-o", "json")),
        ("explain", ("explain", "sales/orders.csv", "country", "geo/countries.csv", "code")),
    ],
)
def test_an_answer_that_nobody_waits_for_is_not_sought(index_folder: Path, method: str, words: tuple[str, ...]) -> None:
    code = f"import time; from lakeindex import Lake; Lake.{method} = lambda *_, **__: time.sleep(60)\n"
    process = started(
        code + "from lakeindex.serve.cli.start import main; main()", *words, index=index_folder, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None
    code_of_exit, errors, took = ended(process)
    assert (code_of_exit, errors) == (0, b"")
    assert took < 30
