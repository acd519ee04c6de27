from sklearn.cluster import MiniBatchKMeans
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.feature_extraction.image import PatchExtractor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression, RidgeClassifier
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline, make_union
from sklearn.preprocessing import FunctionTransformer, MaxAbsScaler, Normalizer, PolynomialFeatures, StandardScaler
from sklearn.svm import OneClassSVM

from tests.estimators.case import SKLEARN, Case


def flat(patches):
    return patches.reshape(patches.shape[0], -1)


BOTH = ("transform", "inverse_transform") if SKLEARN >= (1, 8) else ()

CASES = [
    Case(make_pipeline(StandardScaler(), LogisticRegression()), "binary"),
    Case(make_pipeline(StandardScaler(), LogisticRegression()).set_output(transform="pandas"), "multiclass strings"),
    Case(make_pipeline(SimpleImputer(), StandardScaler(), PCA(4), RidgeClassifier()), "missing"),
    Case(make_pipeline(StandardScaler(), SimpleImputer(), LinearRegression()), "missing regression"),
    Case(make_pipeline(SimpleImputer(), StandardScaler(), OneClassSVM()), "missing"),
    Case(make_pipeline(StandardScaler(), PolynomialFeatures(2), LinearRegression()), "multioutput regression"),
    Case(make_pipeline(TruncatedSVD(4, random_state=0), Normalizer(), LogisticRegression()), "multiclass"),
    Case(make_pipeline(StandardScaler(), MLPRegressor(hidden_layer_sizes=(8,), max_iter=50, random_state=0)),
         "regression"),
    Case(make_pipeline(make_pipeline(StandardScaler(), "passthrough"), make_pipeline(PCA(3), LogisticRegression())),
         "multiclass gaps", label="nested"),
    Case(Pipeline([("none", None), ("pass", "passthrough"), ("scale", StandardScaler())]), "multiclass", exact=BOTH,
         label="first two pass"),
    Case(Pipeline([("scale", StandardScaler()), ("pass", "passthrough")]), "missing", exact=BOTH, label="last passes"),
    Case(make_pipeline(PatchExtractor(patch_size=(2, 3)), FunctionTransformer(flat), StandardScaler(),
                       MiniBatchKMeans(5, n_init=1, random_state=0)),
         "small colour images", needs_rows=True, each=16),
    Case(make_pipeline(FunctionTransformer(), StandardScaler()), "missing", exact=BOTH, label="identity first"),
    Case(make_union(StandardScaler(), MaxAbsScaler()), "missing", exact=BOTH[:1]),
    Case(FeatureUnion([("drop", "drop"), ("pass", "passthrough"), ("pca", PCA(2)), ("scale", StandardScaler())],
                      transformer_weights={"pass": 0.1, "pca": 3}), "multiclass", label="weights"),
    Case(make_pipeline(make_union(StandardScaler(), PCA(2)), LogisticRegression()), "binary strings"),
]  # fmt: skip
