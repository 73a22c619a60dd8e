"""FastAPI, uvicorn and scikit-learn's k-NN on iris: python fastapi_server.py <iris.csv> <port>   or   python fastapi_server.py versions"""

import csv
import sys


def versions():
    import fastapi
    import sklearn
    import uvicorn

    print(f"FastAPI {fastapi.__version__}, uvicorn {uvicorn.__version__}, scikit-learn {sklearn.__version__}")


def serve(path, port):
    import numpy as np
    import uvicorn
    from fastapi import FastAPI
    from pydantic import BaseModel
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    with open(path, encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    model = make_pipeline(StandardScaler(), KNeighborsClassifier(n_neighbors=5))
    model.fit(np.array([row[:-1] for row in rows], dtype=float), [row[-1] for row in rows])

    class Query(BaseModel):
        features: list[float]

    class Answer(BaseModel):
        prediction: str
        confidence: float
        model_version: str

    app = FastAPI()

    @app.post("/predict")
    def predict(query: Query) -> Answer:
        shares = model.predict_proba(np.array([query.features]))[0]
        best = int(shares.argmax())
        return Answer(prediction=model.classes_[best], confidence=float(shares[best]), model_version="v1")

    uvicorn.run(app, host="127.0.0.1", port=port, access_log=False, log_level="warning")


if sys.argv[1] == "versions":
    versions()
else:
    serve(sys.argv[1], int(sys.argv[2]))
