"""Executes the notebooks headless, and checks that what is committed was executed too.

Executed copies go to a folder of their own (the committed files are not touched). Prints one line a check, the failing cell
and its traceback; writes {"passed": n, "failed": n} to the file named by --report, last.
"""

import argparse
import copy
import json
import pathlib
import sys
import time

import nbclient.exceptions
import nbformat
from nbclient import NotebookClient

# What a notebook prints when it ran smaller than it is meant to, and the variable that makes it.
REDUCED = "(reduced)"
SIZE = "SCOREBOOK_SIZE"
ROOT = pathlib.Path(__file__).resolve().parents[2]


def code_cells(notebook):
    return [(i, cell) for i, cell in enumerate(notebook.cells) if cell.cell_type == "code" and cell.source.strip()]


def expects_error(cell):
    return "raises-exception" in cell.metadata.get("tags", [])


def outline(cell):
    return cell.source.strip().splitlines()[0][:100]


def committed_problems(notebook):
    """What is wrong with the outputs as they lie in the file: cells not run, run out of order, or ended in an error."""
    problems = []
    cells = code_cells(notebook)
    counts = [cell.execution_count for _, cell in cells]
    if not cells:
        problems.append("it has no code cells")
    elif None in counts:
        problems.append(f"cell {cells[counts.index(None)][0]} was not executed")
    elif counts != list(range(1, len(counts) + 1)):
        problems.append(f"cells were not executed once each from the first to the last: {counts}")
    for i, cell in cells:
        for output in cell.outputs:
            if REDUCED in shown(output):
                problems.append(f"cell {i} ({outline(cell)}) shows a reduced run: commit it at full size")
            if output.output_type == "error" and not expects_error(cell):
                problems.append(f"cell {i} ({outline(cell)}) ended in {output.ename}: {output.evalue}")
    return problems


def shown(output):
    """What an output says in plain text; empty for pictures and tables alone."""
    text = output.get("text", output.get("data", {}).get("text/plain", ""))
    return "".join(text)


def difference(committed, executed):
    """The first cell that shows something else now; only for a notebook without sizes, which says the same everywhere."""
    for (i, before), (_, now) in zip(code_cells(committed), code_cells(executed)):
        old, new = ("".join(map(shown, cell.outputs)) for cell in (before, now))
        if old != new:
            return f"cell {i} ({outline(before)}) shows {new.strip()!r} and was committed with {old.strip()!r}: execute it again"
    return ""


def has_size(notebook):
    return any(SIZE in cell.source for cell in notebook.cells)


def execution_problem(path, notebook, seconds_a_cell, target):
    """Runs every cell; a sentence about the first that fails, or an empty string."""
    begun = {}

    def starts(cell, cell_index, **_):
        begun.update(index=cell_index, cell=cell)

    client = NotebookClient(
        notebook,
        timeout=seconds_a_cell,
        startup_timeout=60,
        kernel_name="typescript",
        resources={"metadata": {"path": str(path.parent)}},
        on_cell_execute=starts,
    )
    try:
        client.execute()
    except nbclient.exceptions.CellExecutionError as error:
        return f"{place(begun)} ended in {error.ename}: {error.evalue}\n{shortened(error.traceback)}"
    except nbclient.exceptions.CellTimeoutError:
        return f"{place(begun)} was not done after {seconds_a_cell} s"
    except nbclient.exceptions.DeadKernelError:
        return f"the kernel died in {place(begun)}"
    except Exception as error:  # the kernel did not start, or broke the protocol: a failure of this notebook only
        return f"{type(error).__name__} in {place(begun)}: {error}"
    finally:
        target.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, target)
    return ""


def shortened(traceback, lines=20):
    """The kernel's own traceback, without the cell's source that nbclient puts before it, and not endless."""
    kept = traceback.split("------------------\n")[-1].strip().splitlines()
    return "\n".join(kept[:lines] + ([f"… {len(kept) - lines} more lines"] if len(kept) > lines else []))


def place(begun):
    return f"cell {begun['index']} ({outline(begun['cell'])})" if begun else "no cell yet"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--report", type=pathlib.Path, required=True)
    parser.add_argument("--seconds-a-cell", type=int, default=300)
    parser.add_argument("--no-execute", action="store_true", help="only look at the outputs that were committed")
    parser.add_argument("--copies", type=pathlib.Path, default=ROOT / "runs" / "notebooks", help="folder of the executed copies")
    parser.add_argument("notebooks", nargs="*", type=pathlib.Path, help="default: notebooks/*.ipynb")
    options = parser.parse_args()
    paths = [path.resolve() for path in options.notebooks] or sorted((ROOT / "notebooks").glob("*.ipynb"))
    passed = failed = 0

    def tell(title, problem, since):
        nonlocal passed, failed
        passed, failed = (passed, failed + 1) if problem else (passed + 1, failed)
        print(f"{'FAILED' if problem else 'ok':>6}  {title}  {time.time() - since:.0f} s", flush=True)
        if problem:
            print(problem, flush=True)

    if not paths:
        tell("notebooks", "notebooks/ has no *.ipynb", time.time())
    for path in paths:
        since = time.time()
        try:
            notebook = nbformat.read(path, as_version=4)
        except Exception as error:  # not JSON, or not a notebook
            tell(path.stem, f"cannot be read: {error}", since)
            continue
        tell(f"{path.stem} as committed", "\n".join(committed_problems(notebook)), since)
        if options.no_execute:
            continue
        target = options.copies / path.name
        committed = copy.deepcopy(notebook)
        problem = execution_problem(path, notebook, options.seconds_a_cell, target)
        if not problem and not has_size(committed):
            problem = difference(committed, notebook)
        tell(path.stem, problem, since)
    options.report.write_text(json.dumps({"passed": passed, "failed": failed}))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
