from sklearn.feature_extraction import DictVectorizer, FeatureHasher
from sklearn.feature_extraction.image import PatchExtractor
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfTransformer, TfidfVectorizer

from tests.estimators.case import Case

CASES = [
    *(Case(TfidfTransformer(norm=n, use_idf=i, sublinear_tf=s), "term counts")
      for n in ("l1", "l2", None) for i, s in ((True, False), (True, True), (False, True))),
    Case(TfidfTransformer(smooth_idf=False), "term counts"),
    Case(DictVectorizer(), "records", exact=("transform",)),
    Case(DictVectorizer(sparse=False, sort=False), "records", exact=("transform",)),
    *(Case(FeatureHasher(n, alternate_sign=s), "named numbers", needs_rows=True)
      for n, s in ((8, True), (8, False), (1000, True))),
    Case(PatchExtractor(patch_size=(3, 2)), "images", needs_rows=True, each=7 * 6),
    Case(PatchExtractor(patch_size=(5, 4)), "small colour images", needs_rows=True, each=3),
    Case(PatchExtractor(), "large images", needs_rows=True, each=29 * 19),
    Case(CountVectorizer(), "texts", exact=("transform",)),
    Case(CountVectorizer(ngram_range=(1, 2), stop_words="english", binary=True), "texts", exact=("transform",)),
    Case(CountVectorizer(analyzer="char_wb", ngram_range=(2, 4)), "texts", exact=("transform",)),
    Case(TfidfVectorizer(strip_accents="unicode", sublinear_tf=True), "texts"),
    Case(TfidfVectorizer(analyzer="char", ngram_range=(1, 3), norm="l1", strip_accents="ascii"), "texts"),
    Case(HashingVectorizer(n_features=200), "texts"),
    Case(HashingVectorizer(n_features=99, ngram_range=(1, 2), norm=None, alternate_sign=False), "texts"),
]  # fmt: skip
