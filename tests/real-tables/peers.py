"""Who reads the cases of tests/cases as they are meant: pandas, DuckDB and Polars with their defaults, beside check-csv.

    python3 tests/real-tables/peers.py

Needs pandas, duckdb and polars. For each case that is accepted and has a clean twin (same_dataset_as), the values that a reader
gives are compared with those of the twin, as it is written in plain CSV. "same": all columns and values are there; "read": it gives
a table, but another one; "fails": it gives none.
"""

import json
import math
import pathlib
import subprocess

import duckdb
import pandas
import polars

ROOT = pathlib.Path(__file__).resolve().parents[2]
CASES = ROOT / "tests/cases"
READERS = {
    "pandas": lambda path: (pandas.read_parquet if path.suffix == ".parquet" else pandas.read_csv)(path),
    "duckdb": lambda path: duckdb.sql(
        f"select * from {'read_parquet' if path.suffix == '.parquet' else 'read_csv'}('{path}')"
    ).df(),
    "polars": lambda path: pandas.DataFrame(
        (polars.read_parquet if path.suffix == ".parquet" else polars.read_csv)(path).to_dict(as_series=False)
    ),
}


def plain(value):
    """A value as one text for all readers."""
    if value is None or value is pandas.NA or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    try:
        return repr(float(value))
    except (TypeError, ValueError):
        return str(value)


def content(table):
    """The rows of a table as a sorted list, columns in order of their names: what a dataset sha256 stands for."""
    names = sorted(map(str, table.columns))
    columns = {str(name): [plain(value) for value in table[name].tolist()] for name in table.columns}
    return names, sorted(zip(*(columns[name] for name in names)))


def verdict(read, path, expected):
    try:
        found = content(read(path))
    except Exception:  # Each reader has errors of its own: whichever it is, it gives no table.
        return "fails"
    return "same" if found == expected else "read"


def ours(case, by_id):
    def sha256(one):
        command = ["node_modules/.bin/node", "lib/cli/check-csv.ts", str(CASES / one["file"]), "--json"]
        for option, key in (("--schema", "schema"), ("--label", "label_metadata")):
            if key in one:
                command += [option, str(CASES / one[key]) if key == "schema" else one[key]]
        run = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
        return json.loads(run.stdout).get("dataset_sha256")

    found = sha256(case)
    if found is None:
        return "fails"
    return "same" if found == sha256(by_id[case["expect"]["same_dataset_as"]]) else "read"


def main():
    cases = json.loads((CASES / "expected.json").read_text())
    by_id = {case["id"]: case for case in cases}
    twins = [case for case in cases if "same_dataset_as" in case["expect"]]
    print(f"{'case':32}{'ours':8}" + "".join(f"{name:8}" for name in READERS))
    same = dict.fromkeys(["ours", *READERS], 0)
    for case in twins:
        clean = CASES / by_id[case["expect"]["same_dataset_as"]]["file"]
        expected = content(pandas.read_csv(clean))
        row = {"ours": ours(case, by_id)}
        row |= {name: verdict(read, CASES / case["file"], expected) for name, read in READERS.items()}
        for name, found in row.items():
            same[name] += found == "same"
        print(f"{case['id']:32}" + "".join(f"{found:8}" for found in row.values()), flush=True)
    print(f"{f'same, of {len(twins)}':32}" + "".join(f"{count:<8}" for count in same.values()))


main()
