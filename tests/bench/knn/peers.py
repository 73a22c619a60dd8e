"""Runs one scikit-learn or faiss contender on one case and prints a Measurement as JSON (see measure.ts).

python peers.py <name> <folder> <neighbours> <budget ms> <max singles> <checked> <batch> <builds> <rebuild ms>   or   python peers.py versions
"""

import json
import os
import sys
import time

import numpy as np


def rss_bytes():
    with open("/proc/self/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def raw_tree(points, labels, k):
    from sklearn.neighbors import KDTree

    tree = KDTree(points)
    return lambda queries: tree.query(queries, k)[0]


def neighbours(algorithm):
    def build(points, labels, k):
        from sklearn.neighbors import NearestNeighbors

        fitted = NearestNeighbors(n_neighbors=k, algorithm=algorithm).fit(points)
        return lambda queries: fitted.kneighbors(queries)[0]

    return build


def faiss_flat(points, labels, k):
    import faiss

    index = faiss.IndexFlatL2(points.shape[1])
    index.add(points.astype(np.float32))
    return lambda queries: np.sqrt(index.search(queries.astype(np.float32), k)[0])


CONTENDERS = {
    "scikit-learn, KDTree.query": raw_tree,
    "scikit-learn, kd_tree": neighbours("kd_tree"),
    "scikit-learn, brute": neighbours("brute"),
    "scikit-learn, auto": neighbours("auto"),
    "faiss, IndexFlatL2": faiss_flat,
}


def versions():
    found = {"numpy": np.__version__}
    for name in ("sklearn", "faiss"):
        try:
            found[name] = __import__(name).__version__
        except ImportError:
            found[name] = None
    return found


def measure(name, folder, k, budget_ms, max_singles, checked, batch, builds, rebuild_ms):
    with open(os.path.join(folder, "case.json"), encoding="utf-8") as file:
        dimension = json.load(file)["dimension"]
    points = np.fromfile(os.path.join(folder, "points.f64")).reshape(-1, dimension)
    queries = np.fromfile(os.path.join(folder, "queries.f64")).reshape(-1, dimension)
    labels = np.fromfile(os.path.join(folder, "labels.i32"), dtype=np.int32)
    if name.startswith("faiss"):
        import faiss  # noqa: F401  (loading the library is no part of building)
    else:
        import sklearn.neighbors  # noqa: F401
    before = rss_bytes()
    start = time.perf_counter()
    ask = CONTENDERS[name](points, labels, k)
    builds_ms = [(time.perf_counter() - start) * 1000]
    distances = [ask(query[None, :])[0].tolist() for query in queries[:checked]]
    memory_bytes = rss_bytes() - before
    warm_until = time.perf_counter() + budget_ms / 10_000
    warmed = 0
    while time.perf_counter() < warm_until:
        warmed += 1
        ask(queries[-(warmed % (len(queries) // 2)) - 1][None, :])
    single_us = []
    until = time.perf_counter() + budget_ms / 1000
    while len(single_us) < max_singles and time.perf_counter() < until:
        query = queries[len(single_us) % len(queries)][None, :]
        start = time.perf_counter()
        ask(query)
        single_us.append((time.perf_counter() - start) * 1e6)
    some = queries[:batch]
    ask(some)
    start = time.perf_counter()
    ask(some)
    batch_us = (time.perf_counter() - start) * 1e6 / len(some)
    while builds_ms[0] < rebuild_ms and len(builds_ms) < builds:
        start = time.perf_counter()
        CONTENDERS[name](points, labels, k)
        builds_ms.append((time.perf_counter() - start) * 1000)
    return {
        "contender": name,
        "buildsMs": builds_ms,
        "singleUs": single_us,
        "batchUs": batch_us,
        "memoryBytes": memory_bytes,
        "distances": distances,
    }


if sys.argv[1] == "versions":
    print(json.dumps(versions()))
else:
    print(json.dumps(measure(sys.argv[1], sys.argv[2], *(int(value) for value in sys.argv[3:10]))))
