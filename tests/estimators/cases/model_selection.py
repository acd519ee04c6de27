from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV
from sklearn.model_selection._search_successive_halving import HalvingGridSearchCV, HalvingRandomSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MaxAbsScaler, StandardScaler

from tests.estimators.case import Case

PIPELINE = make_pipeline(StandardScaler(), LogisticRegression())
GRID = {"logisticregression__C": [0.1, 1.0]}

CASES = [
    *(Case(GridSearchCV(PIPELINE, GRID, cv=2), data) for data in ("binary strings", "multiclass gaps")),
    Case(GridSearchCV(Ridge(), {"alpha": [0.1, 1.0]}, cv=2), "multioutput regression"),
    Case(GridSearchCV(make_pipeline(MaxAbsScaler(), PCA()), {"pca__n_components": [2, 3]}, cv=2), "multiclass"),
    Case(RandomizedSearchCV(PIPELINE, GRID, n_iter=2, cv=2, random_state=0), "multiclass"),
    Case(RandomizedSearchCV(PCA(), {"n_components": [2, 3]}, n_iter=2, cv=2, random_state=0), "regression"),
    *(
        case
        for search in (HalvingGridSearchCV, HalvingRandomSearchCV)
        for case in (
            Case(search(PIPELINE, GRID, cv=2, random_state=0), "binary"),
            Case(search(make_pipeline(MaxAbsScaler(), PCA()), {"pca__n_components": [2, 3]}, cv=2, random_state=0),
                 "multiclass"),
        )
    ),
    Case(make_pipeline(StandardScaler(), GridSearchCV(LogisticRegression(), {"C": [0.1, 1.0]}, cv=2)),
         "multiclass strings"),
]  # fmt: skip
