"""Writes the Parquet files beside it, with pyarrow, duckdb and polars: python3 make.py"""
import datetime as dt
import decimal
import os

import duckdb
import polars
import pyarrow as pa
import pyarrow.parquet as pq

os.chdir(os.path.dirname(os.path.abspath(__file__)))
UTC = dt.timezone.utc

pq.write_table(pa.table({
    "i8": pa.array([1, -2, None], pa.int8()),
    "u32": pa.array([4294967295, 0, None], pa.uint32()),
    "i64": pa.array([9007199254740993, -1, None], pa.int64()),
    "u64": pa.array([18446744073709551615, 0, None], pa.uint64()),
    "f16": pa.array([0.5, 65504.0, None], pa.float16()),
    "f32": pa.array([0.1, 16777216.0, None], pa.float32()),
    "f64": pa.array([0.1, 1e300, None], pa.float64()),
    "yes": pa.array([True, False, None]),
    "money": pa.array([decimal.Decimal("-0.05"), decimal.Decimal("12345678901234567890.12"), None], pa.decimal128(30, 2)),
    "small": pa.array([decimal.Decimal("1.5"), decimal.Decimal("-20.0"), None], pa.decimal128(5, 1)),
    "day": pa.array([dt.date(2024, 2, 29), dt.date(1969, 12, 31), None]),
    "ms": pa.array([dt.datetime(2024, 1, 2, 3, 4, 5, 600000), dt.datetime(1969, 12, 31, 23, 59, 59, 999000), None], pa.timestamp("ms")),
    "us": pa.array([dt.datetime(2024, 1, 2, 3, 4, 5, 6, UTC), dt.datetime(2000, 1, 1, tzinfo=UTC), None], pa.timestamp("us", tz="UTC")),
    "ns": pa.array([1704164645000000007, 0, None], pa.timestamp("ns")),
    "clock": pa.array([dt.time(1, 2, 3), dt.time(23, 59, 59, 500000), None], pa.time64("us")),
    "text": pa.array(['a,"b"\nc', " \u00e9 ", None]),
    "#none": pa.array([None, None, None], pa.null()),
}), "types.parquet")

pq.write_table(pa.table({
    "at": pa.array([dt.datetime(2024, 1, 2, 3, 4, 5, 600000), None], pa.timestamp("ns")),
}), "int96.parquet", use_deprecated_int96_timestamps=True)

n = 600
rows = pa.table({
    "n": pa.array([None if i % 7 == 0 else i * i for i in range(n)], pa.int64()),
    "i": pa.array(range(n), pa.int32()),
    "x": pa.array([i / 8 for i in range(n)], pa.float64()),
    "c": pa.array([None if i % 11 == 0 else ["red", "green", "blue"][i % 3] for i in range(n)]),
    "t": pa.array([f"row number {i // 3}" for i in range(n)]),
    "b": pa.array([None if i % 5 == 0 else i % 2 == 0 for i in range(n)]),
})
for codec in ["none", "snappy", "gzip", "brotli", "zstd", "lz4"]:
    pq.write_table(rows, f"{codec}.parquet", compression=codec, row_group_size=250)
pq.write_table(rows, "v2.parquet", compression="zstd", data_page_version="2.0", row_group_size=500, data_page_size=500)
pq.write_table(rows, "checked.parquet", compression="zstd", write_page_checksum=True)
pq.write_table(rows, "delta.parquet", compression="gzip", use_dictionary=False, data_page_version="2.0", column_encoding={
    "n": "DELTA_BINARY_PACKED", "i": "DELTA_BINARY_PACKED", "x": "BYTE_STREAM_SPLIT", "c": "DELTA_LENGTH_BYTE_ARRAY", "t": "DELTA_BYTE_ARRAY", "b": "RLE",
})
polars.from_arrow(rows).write_parquet("polars.parquet")
duckdb.sql("copy rows to 'duckdb.parquet' (format parquet, codec zstd)")

pq.write_table(pa.table({
    "x": pa.array([1.5]),
    "list": pa.array([[1, 2]]),
    "pair": pa.array([{"a": 1, "b": 2}]),
    "raw": pa.array([b"\x00\xff"]),
}), "nested.parquet")
