"""ServerDef as TensorFlow's own Python classes serialize it -> engine_server.json.

Run: .venv/bin/python test/reference/make_engine_server.py   (tensorflow-cpu 2.21)
"""

import json
import pathlib

from tensorflow.core.protobuf import cluster_pb2, config_pb2, tensorflow_server_pb2

LEADER = config_pb2.ConfigProto.Experimental(collective_group_leader="/job:worker/replica:0/task:0")


def server(addresses, rank, threads):
    job = cluster_pb2.JobDef(name="worker", tasks=dict(enumerate(addresses)))
    return tensorflow_server_pb2.ServerDef(
        cluster=cluster_pb2.ClusterDef(job=[job]),
        job_name="worker",
        task_index=rank,
        default_session_config=config_pb2.ConfigProto(intra_op_parallelism_threads=threads, experimental=LEADER),
        protocol="grpc",
    )


def serialized(addresses, rank, threads):
    """The entries of a map may come in any order: here in that of the ranks, whichever this library has."""
    whole = server(addresses, rank, threads).SerializeToString(deterministic=True)
    entries = [cluster_pb2.JobDef(tasks={i: address}).SerializeToString() for i, address in enumerate(addresses)]
    sorted_entries, reversed_entries = b"".join(entries), b"".join(reversed(entries))
    assert sorted_entries in whole or reversed_entries in whole
    return whole.replace(reversed_entries, sorted_entries)


cases = [(["127.0.0.1:4001", "127.0.0.1:4002"], 0, 1), (["a:1", "b.example:65535"], 1, 16)]
out = [
    {
        "addresses": addresses,
        "rank": rank,
        "threads": threads,
        "hex": serialized(addresses, rank, threads).hex(),
    }
    for addresses, rank, threads in cases
]
pathlib.Path(__file__).with_name("engine_server.json").write_text(json.dumps(out) + "\n")
