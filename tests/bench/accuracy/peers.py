"""scikit-learn's side of the accuracy benchmark, and the scoring of both sides.

peers.py tables <folder>                                        writes the tables that scikit-learn ships
peers.py split <table.csv> <label> <seed> <rows> <train> <test> deals a table's rows, stratified by the label
peers.py fit <train.csv> <test.csv> <label>                     macro-F1 of the peers, as JSON: a grid-searched k-NN pipeline, a
                                                                random forest, gradient boosting (LightGBM where it is installed), a support
                                                                vector machine, logistic regression, and the best of ten learners by 3-fold
                                                                cross-validation
peers.py score <test.csv> <label> <predictions.csv>             macro-F1 of the column prediction, as JSON
"""
import json, sys, warnings
import numpy as np
import pandas as pd
from sklearn import datasets
from sklearn.compose import ColumnTransformer
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import GridSearchCV, StratifiedKFold, cross_val_score, train_test_split
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler
from sklearn.svm import SVC

try:
    from lightgbm import LGBMClassifier
except ImportError:
    LGBMClassifier = None

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


def macro_f1(truth, answers):
    """Over the classes that occur: one answer of a class that does not would count like a whole class."""
    return f1_score(truth, answers, average="macro", labels=sorted(set(truth)))


def gradient_boosting():
    return LGBMClassifier(verbose=-1, n_jobs=1, random_state=0) if LGBMClassifier else HistGradientBoostingClassifier(random_state=0)


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
        columns = ColumnTransformer([("n", scaled, numbers), ("t", coded, texts)])
        return Pipeline([("columns", columns.set_output(transform="default")), ("model", model)])

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
    learners = {
        "boosting": pipeline(gradient_boosting()),
        "svm": pipeline(SVC(C=1)),
        "logistic": pipeline(LogisticRegression(max_iter=2000)),
        "forest": forest,
        "svm 10": pipeline(SVC(C=10)),
        "extra trees": pipeline(ExtraTreesClassifier(300, random_state=0)),
        "bayes": pipeline(GaussianNB()),
        "discriminants": pipeline(LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto")),
        "knn 5": pipeline(KNeighborsClassifier(5)),
        "knn 11": pipeline(KNeighborsClassifier(11, weights="distance")),
    }
    asked, answers = second.drop(columns=[label]), second[label].astype(str)
    scores = {name: macro_f1(answers, model.fit(features, truth).predict(asked)) for name, model in learners.items()}
    scores["grid"] = macro_f1(answers, search.fit(features, truth).predict(asked))
    thirds = StratifiedKFold(3, shuffle=True, random_state=0)
    judged = {
        name: np.nanmean(cross_val_score(model, features, truth, scoring="f1_macro", cv=thirds))
        for name, model in learners.items()
    }
    scores["best"] = scores[max(judged, key=judged.get)]
    print(json.dumps({name: scores[name] for name in ("grid", "forest", "boosting", "svm", "logistic", "best")}))


def score(test, label, predictions):
    truth = read(test)[label].astype(str)
    answers = pd.read_csv(predictions, dtype={"prediction": str}, keep_default_na=False)["prediction"]
    print(json.dumps({"rows": len(truth), "score": macro_f1(truth, answers)}))


{"tables": tables, "split": split, "fit": fit, "score": score}[sys.argv[1]](*sys.argv[2:])
