"""Facts about the machine and the software, for the header of the results."""
import datetime
import os
import re
import subprocess
from importlib import metadata
from pathlib import Path

from engines import PEERS

# Flags of /proc/cpuinfo that decide the speed of a convolution, x86 and ARM.
ISA_FLAGS = ("sse4_2", "avx", "avx2", "fma", "f16c", "avx512f", "avx512bw", "avx512vl", "avx512_vnni", "avx512_bf16",
             "avx512_fp16", "avx_vnni", "amx_tile", "amx_int8", "amx_bf16", "asimd", "asimdhp", "asimddp", "i8mm",
             "bf16", "sve", "sve2", "neon", "vfpv4")


def facts(engines: list[str], convoy: Path) -> dict:
    """Everything a reader needs to judge or repeat the figures."""
    info = Path("/proc/cpuinfo").read_text()
    flags = set(re.findall(r"^(?:flags|Features)\s*:\s*(.*)", info, re.MULTILINE)[0].split())
    model = re.search(r"^(?:model name|Model)\s*:\s*(.*)", info, re.MULTILINE)
    memory = re.search(r"MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text())
    return {"cpu": model[1] if model else "unknown", "architecture": os.uname().machine,
            "isa": [flag for flag in ISA_FLAGS if flag in flags], "cores": len(os.sched_getaffinity(0)),
            "memory_gib": round(int(memory[1]) / 2**20, 1),
            "kernel": f"{os.uname().sysname} {os.uname().release}",
            "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
            "versions": {name: _version(name, convoy) for name in engines}}


def _version(engine: str, convoy: Path) -> str:
    if engine != "convoy":
        return metadata.version(PEERS[engine].package)
    done = subprocess.run([str(convoy), "--version"], capture_output=True, text=True)
    said = done.stdout.strip().splitlines()
    return said[0] if done.returncode == 0 and said else "unknown"
