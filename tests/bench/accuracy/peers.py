"""scikit-learn's side of the accuracy benchmark, and the scoring of both sides.

peers.py tables <folder>                                        writes the tables that scikit-learn ships
peers.py split <table.csv> <label> <seed> <rows> <train> <test> deals a table's rows, stratified by the label
peers.py fit <train.csv> <test.csv> <label>                     macro-F1 of a grid-searched k-NN pipeline and of a random forest, as JSON
peers.py score <test.csv> <label> <predictions.csv>             macro-F1 of the column prediction, as JSON
"""
import json, sys, warnings
import numpy as np
import pandas as pd
from sklearn import datasets
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.metrics import f1_score
from sklearn.model_selection import GridSearchCV, StratifiedKFold, train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler

warnings.filterwarnings("ignore")


def read(path):
    # A missing value is only what the pipeline under test treats as missing.
    return pd.read_csv(path, keep_default_na=False, na_values=["", "NA", "N/A", "null", "?"])


def tables(folder):
    for name in ("wine", "breast_cancer", "digits"):
        bunch = getattr(datasets, f"load_{name}")(as_frame=True)
        frame = bunch.data.copy()
        frame["class"] = [f"class {label}" for label in bunch.target]
        frame.to_csv(f"{folder}/{name}.csv", index=False)


def split(path, label, seed, rows, train, test):
    frame = read(path)
    frame = frame[frame[label].notna()]
    counts = frame[label].value_counts()
    frame = frame[frame[label].isin(counts[counts >= 2].index)]
    size = min(int(rows), int(0.75 * len(frame)))
    first, second = train_test_split(frame, train_size=size, stratify=frame[label].astype(str), random_state=int(seed))
    first.to_csv(train, index=False)
    second.head(4000).to_csv(test, index=False)


def fit(train, test, label):
    first, second = read(train), read(test)
    features, truth = first.drop(columns=[label]), first[label].astype(str)
    numbers = [name for name in features if pd.api.types.is_numeric_dtype(features[name])]
    texts = [name for name in features if name not in numbers]
    for frame in (features, second):
        frame[texts] = frame[texts].astype(object).where(frame[texts].notna(), np.nan)

    def pipeline(model):
        scaled = Pipeline([("gaps", SimpleImputer(strategy="median")), ("scale", StandardScaler())])
        coded = Pipeline([
            ("gaps", SimpleImputer(strategy="most_frequent")),
            ("code", OneHotEncoder(handle_unknown="ignore", sparse_output=False)),
        ])
        return Pipeline([("columns", ColumnTransformer([("n", scaled, numbers), ("t", coded, texts)])), ("model", model)])

    fitted_rows = int(0.7 * len(first))
    grid = {
        "columns__n__scale": [StandardScaler(), MinMaxScaler()],
        "model__n_neighbors": [k for k in (1, 3, 5, 7, 9, 11, 15, 21, 31) if k < fitted_rows],
        "model__weights": ["uniform", "distance"],
        "model__p": [1, 2],
    }
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    search = GridSearchCV(pipeline(KNeighborsClassifier()), grid, scoring="f1_macro", cv=folds, error_score=0)
    forest = pipeline(RandomForestClassifier(300, random_state=0))
    asked, answers = second.drop(columns=[label]), second[label].astype(str)
    scores = [f1_score(answers, model.fit(features, truth).predict(asked), average="macro") for model in (search, forest)]
    print(json.dumps({"grid": scores[0], "forest": scores[1]}))


def score(test, label, predictions):
    truth = read(test)[label].astype(str)
    answers = pd.read_csv(predictions, dtype={"prediction": str}, keep_default_na=False)["prediction"]
    print(json.dumps({"rows": len(truth), "score": f1_score(truth, answers, average="macro")}))


{"tables": tables, "split": split, "fit": fit, "score": score}[sys.argv[1]](*sys.argv[2:])
