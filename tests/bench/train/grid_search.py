"""GridSearchCV of a scaled k-NN over the same numbers of neighbours, weights, metrics and folds as ours.

argv: folder with points.f64 (row-major), labels.i32; features; rows of the sample for the whole search; fits to time on all rows
"""
import json, resource, sys, time
import numpy as np
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import QuantileTransformer, StandardScaler

folder, dimension, sample, fits = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
points = np.fromfile(f"{folder}/points.f64").reshape(-1, dimension)
labels = np.fromfile(f"{folder}/labels.i32", dtype=np.int32)
grid = {
    "scale": [StandardScaler(), QuantileTransformer()],
    "knn__n_neighbors": [1, 3, 5, 7, 9, 11, 15, 21, 31, 45, 61],
    "knn__weights": ["uniform", "distance"],
    "knn__p": [1, 2],
}
count = int(np.prod([len(values) for values in grid.values()]))
pipeline = Pipeline([("scale", StandardScaler()), ("knn", KNeighborsClassifier())])
folds = StratifiedKFold(5, shuffle=True, random_state=42)

rows = np.linspace(0, len(points) - 1, min(sample, len(points))).astype(int)
started = time.perf_counter()
GridSearchCV(pipeline, grid, scoring="f1_macro", cv=folds).fit(points[rows], labels[rows])
whole = time.perf_counter() - started

started = time.perf_counter()
settings = [(p, k) for k in (5, 31) for p in (1, 2)][:fits]
for p, k in settings:
    train, test = next(folds.split(points, labels))
    model = Pipeline([("scale", StandardScaler()), ("knn", KNeighborsClassifier(k, p=p))])
    model.fit(points[train], labels[train]).predict(points[test])
one = (time.perf_counter() - started) / max(1, len(settings))
print(json.dumps({
    "candidates": count, "sampleRows": len(rows), "sampleSeconds": whole,
    "oneFitSeconds": one, "timedFits": len(settings), "allFits": count * 5,
    "peakBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
}))
