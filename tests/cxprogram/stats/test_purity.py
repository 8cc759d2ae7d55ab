import pkgutil
import subprocess
import sys
from pathlib import Path

import cxprogram.stats

ROOT = Path(cxprogram.stats.__file__).parents[2]
HEAVY = {"scipy.stats", "pandas", "statsmodels", "sklearn", "django"}


def test_the_formulas_load_without_the_heavy_libraries():
    modules = [f"cxprogram.stats.{module.name}" for module in pkgutil.iter_modules(cxprogram.stats.__path__)]
    assert "cxprogram.stats.drivers" in modules
    # A fresh interpreter: the test run itself may have loaded anything.
    script = f"import sys; import {', '.join(modules)}; print(sorted(sys.modules.keys() & {HEAVY!r}))"
    command = [sys.executable, "-c", script]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert loaded.stdout.strip() == "[]"
