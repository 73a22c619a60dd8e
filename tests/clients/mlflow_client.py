"""Asks through the client of MLflow's scoring server, and with the bodies that MLflow writes: prints JSON."""

import json
import os
from urllib.parse import urlsplit

import numpy
import pandas
import requests
from mlflow.models import convert_input_example_to_serving_input
from mlflow.pyfunc.scoring_server.client import ScoringServerClient
from mlflow.utils.proto_json_utils import dump_input_data

endpoint = os.environ["ENDPOINT"]
client = ScoringServerClient(urlsplit(endpoint).hostname, urlsplit(endpoint).port)
names = ["sepal_length", "sepal_width", "petal_length", "petal_width"]
frame = pandas.DataFrame([[5.1, 3.5, 1.4, 0.2], [6.7, 3.0, 5.2, 2.3]], columns=names)
gap = frame.astype("float64")
gap.loc[1, "sepal_width"] = numpy.nan


def served(body, **headers):
    """What MLflow's `validate_serving_input` sends to the server of a model."""
    headers = {"Content-Type": "application/json", **headers}
    answer = requests.post(f"{endpoint}/invocations", data=body, headers=headers, timeout=30)
    answer.raise_for_status()
    return answer.json()["predictions"]


def refusal(data):
    try:
        return client.invoke(data)
    except Exception as error:
        return str(error)


client.wait_server_ready(timeout=5)
penguins = pandas.DataFrame(
    [["Biscoe", 46.1, 13.2, 211, 4500, None], ["Torgersen", 39.1, numpy.nan, 181, 3750, "MALE"]],
    columns=["island", "bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g", "sex"],
)
print(
    json.dumps(
        {
            "version": client.get_version(),
            "frame": client.invoke(frame),
            "as_frame": client.invoke(frame).get_predictions()[0].tolist(),
            "part_of_a_frame": client.invoke(frame[frame.petal_width > 1]),
            "array": client.invoke(frame.to_numpy()),
            "array_of_float32": client.invoke(frame.to_numpy(dtype="float32")),
            "records": client.invoke(frame.to_dict(orient="records")),
            "params": client.invoke(frame, params={"version": 1, "temperature": 0.5}),
            "gap": client.invoke(gap),
            "gap_in_an_array": client.invoke(gap.to_numpy()),
            "example_of_a_frame": served(convert_input_example_to_serving_input(frame)),
            "example_of_columns": served(convert_input_example_to_serving_input(frame.to_dict(orient="list"))),
            "texts_and_gaps": served(dump_input_data(penguins), **{"X-Model-Name": "penguins"}),
            "one_row_without_its_list": refusal(frame.to_numpy()[0]),
        }
    )
)
