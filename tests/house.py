"""House rules that no linter checks; run by `make lint`. Prints each breach and exits 1."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILE_LINES = 300
FUNCTION_LINES = 40
NOT_OUR_WORDS = re.compile(r"^(utils?|helpers?|common|core|base|managers?|services?|types|misc)\.py$")


def breaches() -> list[str]:
    """Return every breach, as file:line: what."""
    found: list[str] = []
    for path in sorted((ROOT / "router").rglob("*.py")):
        name = path.relative_to(ROOT)
        lines = path.read_text(encoding="utf-8").splitlines()
        if len(lines) > FILE_LINES:
            found.append(f"{name}:1: {len(lines)} lines; split by duty at {FILE_LINES}")
        if NOT_OUR_WORDS.match(path.name):
            found.append(f"{name}:1: a name that says nothing; name the duty")
        too_long = ((at, f"a function of {size} lines; at most {FUNCTION_LINES}") for at, size in long_functions(lines))
        found += [f"{name}:{at}: {what}" for at, what in too_long]
    for path in sorted((ROOT / "tests").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if re.search(r"unittest\.mock|from mock |fakeredis", text) and path != Path(__file__).resolve():
            found.append(f"{path.relative_to(ROOT)}:1: mocks are banned: use a real part or a stand-in")
    return found


def long_functions(lines: list[str]) -> list[tuple[int, int]]:
    """Return (line, length) of every function that is too long, its docstring included."""
    import ast

    tree = ast.parse("\n".join(lines))
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    sizes = ((node.lineno, (node.end_lineno or node.lineno) - node.lineno + 1) for node in functions)
    return [(at, size) for at, size in sizes if size > FUNCTION_LINES]


if __name__ == "__main__":
    problems = breaches()
    print("\n".join(problems) or "house rules: kept")
    sys.exit(bool(problems))
