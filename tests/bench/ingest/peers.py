"""One peer that reads the table, as a process of its own: peers.py <name> <file>. duckdb and polars write Parquet, as ours does."""
import json
import os
import resource
import sys
import time

name, path = sys.argv[1:3]
written = f"{path}.{name}.parquet"
processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
os.environ["POLARS_MAX_THREADS"] = str(processors)


def pandas():
    import pandas

    def run():
        return pandas.read_csv(path, engine="c")

    return run, lambda table: (len(table), (table["n0"] * 100).round().sum())


def duckdb():
    import duckdb

    connection = duckdb.connect()
    connection.execute(f"set threads = {processors}")

    def run():
        connection.execute(f"copy (select * from read_csv('{path}')) to '{written}' (format parquet)")

    def found(_):
        return connection.execute(f"select count(*), sum(round(n0 * 100)) from '{written}'").fetchone()

    return run, found


def polars():
    import polars

    def run():
        polars.scan_csv(path).sink_parquet(written)

    def found(_):
        column = polars.read_parquet(written, columns=["n0"])["n0"]
        return len(column), (column * 100).round().sum()

    return run, found


run, found = {"pandas": pandas, "duckdb": duckdb, "polars": polars}[name]()
started, cpu = time.perf_counter(), time.process_time()
table = run()
elapsed, cpu = time.perf_counter() - started, time.process_time() - cpu
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
# The check reads the written file and is not part of the measured time.
rows, total = found(table)
print(json.dumps({"rows": int(rows), "firstColumnSum": int(total), "elapsedMs": elapsed * 1000, "cpuMs": cpu * 1000, "peakBytes": peak}))
