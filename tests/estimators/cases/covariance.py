from sklearn.covariance import (
    OAS,
    EllipticEnvelope,
    EmpiricalCovariance,
    GraphicalLasso,
    GraphicalLassoCV,
    LedoitWolf,
    MinCovDet,
    ShrunkCovariance,
)

from tests.estimators.case import Case

CASES = [
    *(Case(estimator, "regression") for estimator in (
        OAS(), EmpiricalCovariance(), EmpiricalCovariance(assume_centered=True), GraphicalLasso(alpha=0.05),
        GraphicalLassoCV(), LedoitWolf(), MinCovDet(random_state=0), ShrunkCovariance(shrinkage=0.3),
        EmpiricalCovariance(store_precision=False), EllipticEnvelope(random_state=0),
        EllipticEnvelope(contamination=0.3, support_fraction=0.8, random_state=0))),
    Case(LedoitWolf(), "far"),
]  # fmt: skip
