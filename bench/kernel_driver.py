"""Measures one kernel: kernel_driver.py NAME CELLS. Prints one JSON object; bench/kernel.ts says what its numbers are.

A kernel that stops answering keeps the figures it has reached; "ended" then says where it stopped.
"""

import json
import queue
import statistics
import sys
import time

import psutil
from jupyter_client.manager import KernelManager

name, count = sys.argv[1], int(sys.argv[2])
LAUNCHES = 5
cells = 0


def launch():
    """Starts the kernel; the milliseconds until it answers."""
    global manager, client, began
    manager = KernelManager(kernel_name=name)
    began = time.perf_counter()
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    return (time.perf_counter() - began) * 1000


def end():
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def run(code):
    """Milliseconds from the request to idle and the reply."""
    global cells
    cells += 1
    start = time.perf_counter()
    sent = client.execute(code)
    while True:
        message = client.get_iopub_msg(timeout=30)
        if message["parent_header"].get("msg_id") != sent:
            continue
        if message["msg_type"] == "error":
            raise SystemExit(f"{name}: {code}: {message['content']['evalue']}")
        if message["content"].get("execution_state") == "idle":
            break
    client.get_shell_msg(timeout=30)
    return (time.perf_counter() - start) * 1000


def median(code):
    return statistics.median(run(code(i)) for i in range(count))


figures = {}


def measure():
    launches = []
    for left in reversed(range(LAUNCHES)):
        ready = launch()
        run("1")
        launches.append((ready, (time.perf_counter() - began) * 1000))
        if left:
            end()
    figures["ready"], figures["first"] = (statistics.median(times) for times in zip(*launches))
    time.sleep(3)
    own = psutil.Process(manager.provisioner.process.pid)
    figures["MiB"] = sum(p.memory_info().rss for p in [own, *own.children(recursive=True)]) / 2**20
    figures["plain"] = median(lambda i: str(i))
    run("import { create, all } from 'mathjs'; const math = create(all)")
    figures["mathjs"] = median(lambda i: f"math.add({i}, 1)")
    run("import * as tf from '@tensorflow/tfjs'")
    figures["tfjs"] = median(lambda i: f"tf.scalar({i}).rank")
    while cells < 500:
        run(f"const z{cells % 100} = {cells}")
    figures["tfjs, 500"] = median(lambda i: f"tf.scalar({i}).rank")
    figures["mathjs, 500"] = median(lambda i: f"math.add({i}, 1)")
    figures["plain, 500"] = median(lambda i: str(i))


try:
    measure()
except queue.Empty:
    figures["ended"] = f"stopped answering at cell {cells}"
finally:
    end()
print(json.dumps(figures))
