"""Examine the machine: memory, processors, room for temporary files, GPU, FAISS, and whether SQL can be confined."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from lakeindex.config.amounts import bytes_of
from lakeindex.config.settings import Settings
from lakeindex.serve.doctor.finding import Finding, broken, doubtful, fine

_LITTLE_ROOM = 10**9
_CGROUP_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
_DEVICES = Path("/dev")
_MEMORY_OF_LINUX = Path("/proc/meminfo")


def check_memory(settings: Settings) -> Iterator[Finding]:
    """Compare the setting `memory` with what this process may use."""
    wanted, there = bytes_of(settings.memory) or 0, usable_memory()
    found = f"{_gigabytes(there)} usable, the setting memory is {settings.memory}"
    if wanted > there:
        yield broken("memory", found, f"set it to less: LAKEINDEX_MEMORY={max(1, int(there * 0.6 / 1e8)) * 100}MB")
    elif wanted > 0.9 * there:
        yield doubtful("memory", found, "leave the system some: set memory to less")
    else:
        yield fine("memory", found)


def usable_memory() -> int:
    """Return the bytes of memory that are free for this process: of the machine, or of the container it is in."""
    free = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    if _MEMORY_OF_LINUX.is_file():
        fields = dict(line.split(":", 1) for line in _MEMORY_OF_LINUX.read_text("ascii").splitlines())
        free.append(int(fields["MemAvailable"].split()[0]) * 1024)
    limits = [path.read_text("ascii").strip() for path in _CGROUP_LIMITS if path.is_file()]
    return min(*free, *(int(limit) for limit in limits if limit.isdecimal()))


def check_processors(settings: Settings) -> Iterator[Finding]:
    """Compare the setting `jobs` with the processors that this process may use."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    found = f"{cores} usable, the setting jobs is {settings.jobs}"
    if settings.jobs > 2 * cores:
        yield doubtful("processors", found, f"more processes than that only wait: LAKEINDEX_JOBS={cores}")
    else:
        yield fine("processors", found)


def check_temporary_space(_: Settings) -> Iterator[Finding]:
    """Look at the room for what joins and counts spill. Raises OSError where no folder can be written to."""
    yield room_in(
        "temporary space", Path(tempfile.gettempdir()), _LITTLE_ROOM, "name a folder with more room in TMPDIR"
    )


def room_in(check: str, folder: Path, needed: int, advice: str) -> Finding:
    """Return whether the disk of a folder, which need not exist yet, has room for so many bytes."""
    place = next(one for one in (folder.absolute(), *folder.absolute().parents) if one.exists())
    free = shutil.disk_usage(place).free
    found = f"{_gigabytes(free)} free in {folder}"
    return fine(check, found) if free >= needed else doubtful(check, found, advice)


def check_sandbox(_: Settings) -> Iterator[Finding]:
    """Say whether the kernel can keep the process that runs SQL from writing and reading elsewhere."""
    from lakeindex.catalog.sql_process.confinement import confinement_version

    if version := confinement_version():
        yield fine("sandbox of sql", f"Landlock {version}")
    else:
        found = "this kernel has no Landlock: statements are checked, the process that runs them is not confined"
        yield doubtful("sandbox of sql", found, "run statements that you don't trust on Linux 5.13 or newer")


def check_faiss(_: Settings) -> Iterator[Finding]:
    """Name the build of FAISS. Raises LakeIndexError where two are installed over each other."""
    from lakeindex.index.vector_index import load_faiss

    faiss = load_faiss()
    kind = f"for GPUs, sees {faiss.get_num_gpus()}" if hasattr(faiss, "StandardGpuResources") else "for CPUs"
    yield fine("faiss", f"{faiss.__version__} {kind}; {faiss.get_compile_options().strip()}")


def check_gpu(settings: Settings) -> Iterator[Finding]:
    """Say whether there is a GPU that torch can use; torch is only loaded where that is in question."""
    is_there, is_wanted = any(_DEVICES.glob("nvidia[0-9]*")), settings.device == "cuda"
    if not is_there:
        advice = "LAKEINDEX_DEVICE=cpu, or a machine with an NVIDIA driver"
        yield (
            broken("gpu", "none, the setting device is cuda", advice) if is_wanted else fine("gpu", "none, none needed")
        )
        return
    try:
        import torch
    except ImportError:
        advice = "pip install 'lakeindex[neural]'"
        found = "a GPU, but no torch to use it"
        yield broken("gpu", found, advice) if is_wanted else fine("gpu", found, f"to use it: {advice}")
        return
    if not torch.cuda.is_available():
        advice = "install a build of torch for CUDA, and a driver that fits it"
        found = f"a GPU that torch {torch.__version__} can't use"
        yield broken("gpu", found, advice) if is_wanted else doubtful("gpu", found, advice)
        return
    advice = "" if is_wanted else "to compute vectors on it: LAKEINDEX_DEVICE=cuda"
    yield fine("gpu", f"{torch.cuda.get_device_name(0)}, torch {torch.__version__}", advice)


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB"
