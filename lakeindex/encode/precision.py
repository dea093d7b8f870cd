"""Choose the device and the number type that a model computes with."""

from __future__ import annotations

import os
import platform
import time

import torch

from lakeindex.config.model_options import Device, Precision
from lakeindex.errors import LakeIndexError

_WORTHWHILE = 0.8
"""bfloat16 is chosen when it needs at most this share of float32's time."""


def require_device(device: Device) -> None:
    """Raise unless the device is there."""
    if device is Device.CUDA and not torch.cuda.is_available():
        raise LakeIndexError(
            f"the device is set to cuda, but torch {torch.__version__} sees no CUDA device: "
            "use the device cpu, or install a CUDA build of torch on a machine with an NVIDIA driver"
        )


def dtype_of(precision: Precision, device: Device) -> torch.dtype:
    """Return the number type for the precision on this device."""
    if precision is Precision.FLOAT32:
        return torch.float32
    if precision is Precision.BFLOAT16 or _is_faster_with_bfloat16(device):
        return torch.bfloat16
    return torch.float32


def _is_faster_with_bfloat16(device: Device) -> bool:
    if device is Device.CUDA:
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if platform.machine().lower() in ("x86_64", "amd64"):
        return bool(torch.cpu._is_amx_tile_supported() or torch.cpu._is_avx512_bf16_supported())
    return _seconds(torch.bfloat16) < _WORTHWHILE * _seconds(torch.float32)


def _seconds(dtype: torch.dtype) -> float:
    """Time a matrix product of the size that the default model mostly computes."""
    left, right = torch.ones(512, 384, dtype=dtype), torch.ones(1536, 384, dtype=dtype)
    best = float("inf")
    with torch.inference_mode():
        for _ in range(4):
            start = time.perf_counter()
            torch.nn.functional.linear(left, right)
            best = min(best, time.perf_counter() - start)
    return best


def _use_one_thread() -> None:
    """Compute with one thread in a forked child: OpenMP's other threads are the parent's, and would be waited for."""
    torch.set_num_threads(1)


os.register_at_fork(after_in_child=_use_one_thread)
