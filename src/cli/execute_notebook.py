"""Executes one notebook: execute_notebook.py SOURCE TARGET SECONDS-A-CELL (0: no limit).

Says what happens on stdout, one JSON object a line. When a cell fails TARGET shows the outputs so far, unless it is
SOURCE itself: a notebook in place is replaced by a whole run or not at all.
"""

import json
import os
import pathlib
import sys

import nbformat
from jupyter_client.kernelspec import NoSuchKernel
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError


def say(**event):
    print(json.dumps(event), flush=True)


def main(source, target, seconds):
    source = pathlib.Path(source)
    try:
        notebook = nbformat.read(source, as_version=4)
    except Exception as error:  # nbformat raises many kinds: all of them mean that this file is no notebook
        say(event="failed", error=f"not a notebook: {error}", traceback=[])
        return
    code = [index for index, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    # The Nth cell of a reader: as they are numbered when stepping through, Markdown left out.
    number = {index: i + 1 for i, index in enumerate(code)}
    current = {}

    def on_cell(cell, cell_index):
        current["cell"] = number.get(cell_index)
        if cell_index in number:
            say(event="cell", cell=number[cell_index], cells=len(code))

    client = NotebookClient(
        notebook,
        timeout=float(seconds) or None,
        resources={"metadata": {"path": str(source.parent)}},
        on_cell_execute=on_cell,
        record_timing=False,
    )
    try:
        client.execute()
        result = {"event": "done"}
    except CellExecutionError as error:
        result = failure(f"{error.ename}: {error.evalue}", notebook)
    except CellTimeoutError:
        result = failure(f"took longer than {seconds} s", notebook)
    except DeadKernelError:
        result = failure("the kernel died", notebook)
    except NoSuchKernel as error:
        result = failure(f"kernel {error.name} is not installed: run `npx scorebook kernel install`", notebook)
    if result["event"] == "failed" and current.get("cell"):
        result["cell"] = current["cell"]
    if result["event"] == "done" or pathlib.Path(target).resolve() != source.resolve():
        write(notebook, pathlib.Path(target))
    say(**result)


def write(notebook, target):
    partial = target.with_name(target.name + ".partial")
    nbformat.write(notebook, partial)
    os.replace(partial, target)


def failure(error, notebook):
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    errors = [output for output in outputs if output.output_type == "error"]
    return {"event": "failed", "error": error, "traceback": errors[-1].traceback if errors else []}


if __name__ == "__main__":
    main(*sys.argv[1:])
