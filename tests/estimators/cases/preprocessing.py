from sklearn.preprocessing import StandardScaler

from tests.estimators.case import Case

CASES = [
    Case(StandardScaler(with_mean=mean, with_std=std), "multiclass", exact=("transform",))
    for mean in (True, False)
    for std in (True, False)
]
