"""Sends a data frame in each form in which pandas writes one, and prints the labels that come back as JSON."""

import io
import json
import os

import pandas
import requests

endpoint = os.environ["ENDPOINT"]
names = ["sepal_length", "sepal_width", "petal_length", "petal_width"]
frame = pandas.DataFrame([[5.1, 3.5, 1.4, 0.2], [6.7, 3.0, 5.2, 2.3]], columns=names)


def predictions(**request):
    answer = requests.post(f"{endpoint}/invocations", timeout=30, **request)
    answer.raise_for_status()
    return answer.json()["predictions"]


split = json.loads(frame.to_json(orient="split"))
records = json.loads(frame.to_json(orient="records"))
older = {"Content-Type": "application/json; format=pandas-split"}
joined = requests.post(
    f"{endpoint}/predict?join=input",
    data=frame.to_csv(index=False),
    headers={"Content-Type": "text/csv"},
    timeout=30,
)
joined.raise_for_status()
back = pandas.read_csv(io.StringIO(joined.text))
print(
    json.dumps(
        {
            "split": predictions(json={"dataframe_split": split}),
            "records": predictions(json={"dataframe_records": records}),
            "columns": predictions(json={"inputs": frame.to_dict(orient="list")}),
            "values": predictions(json={"instances": frame.values.tolist()}),
            "older": predictions(data=frame.to_json(orient="split"), headers=older),
            "csv": predictions(data=frame.to_csv(index=False), headers={"Content-Type": "text/csv"}),
            "joined": list(back["prediction"]),
            "joined_columns": list(back.columns),
        }
    )
)
