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
manager = KernelManager(kernel_name=name)
began = time.perf_counter()
manager.start_kernel()
client = manager.client()
client.start_channels()
client.wait_for_ready(timeout=60)
ready = time.perf_counter() - began
cells = 0


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
    figures["ready"] = ready * 1000
    run("1")
    figures["first"] = (time.perf_counter() - began) * 1000
    own = psutil.Process(manager.provisioner.process.pid)
    figures["MiB"] = sum(p.memory_info().rss for p in [own, *own.children(recursive=True)]) / 2**20
    figures["plain"] = median(lambda i: str(i))
    run("import { create, all } from 'mathjs'; const math = create(all)")
    figures["mathjs"] = median(lambda i: f"math.add({i}, 1)")
    run("import * as tf from '@tensorflow/tfjs'")
    figures["tfjs"] = median(lambda i: f"tf.scalar({i}).rank")
    while cells < 500:
        run(f"const z{cells % 100} = {cells}")
    figures["after 500"] = median(lambda i: f"tf.scalar({i}).rank")


try:
    measure()
except queue.Empty:
    figures["ended"] = f"stopped answering at cell {cells}"
finally:
    client.stop_channels()
    manager.shutdown_kernel(now=True)
print(json.dumps(figures))
