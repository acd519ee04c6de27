"""Images (:mod:`sklearn.feature_extraction.image`)."""

from __future__ import annotations

import math

from sklearn.feature_extraction.image import PatchExtractor

from skl2tflite.converters.core.estimator_kinds import TransformerConverter
from skl2tflite.converters.core.method_names import TRANSFORM
from skl2tflite.converters.core.registry import converts
from skl2tflite.features import ImageRows, RowKind
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp


@converts(PatchExtractor)
class PatchExtractorConverter(TransformerConverter):
    """Returns all patches of each image, row by row, so that a file returns several rows for an image.

    The size of the images is that of the images given to ``convert``.
    """

    rows: ImageRows = ImageRows()
    exact = TRANSFORM

    def check_fitted(self) -> None:
        """Do nothing: the estimator is stateless."""

    def check(self) -> None:
        est = self.estimator
        if est.max_patches:
            # Also if it is at least the number of patches, as they are drawn with replacement.
            raise self.refuse(
                f"max_patches={est.max_patches} draws patches at random", "use max_patches=None, which takes all"
            )
        if est.patch_size is not None and (len(est.patch_size) != 2 or min(est.patch_size) < 1):
            raise self.refuse(f"patch_size={est.patch_size!r} is not the height and width of a patch")

    def learn_rows(self, rows: RowKind) -> None:
        """Take the size of the images from those given to ``convert``."""
        assert isinstance(rows, ImageRows)
        self.rows = rows

    @property
    def n_features(self) -> int:
        """Number of values in an image."""
        if not self.rows.known:
            raise self.refuse(
                "learns no size of images, so that a file would not know its input",
                "give convert images X of the size that the device will see",
            )
        return math.prod(self.rows.shape)

    def transform(self, X: Array) -> Array:
        _, height, width, *channels = X.shape
        assert height is not None
        assert width is not None
        tall, wide = self._patch_size(height, width)
        down, across = height - tall + 1, width - wide + 1
        depth = math.prod(n or 0 for n in channels)
        pixels = xp.reshape(X, (-1, height, width, depth))
        # Each pixel beside those to its right, then beside those below: the values of a patch in its order.
        beside = xp.concat([pixels[:, :, j : j + across] for j in range(wide)], axis=3)
        below = xp.concat([beside[:, i : i + down] for i in range(tall)], axis=3)
        return xp.reshape(below, (-1, tall, wide, depth) if depth > 1 else (-1, tall, wide))

    def _patch_size(self, height: int, width: int) -> tuple[int, int]:
        """Return the height and width of a patch: a tenth of the image's, unless they are given."""
        tall, wide = self.estimator.patch_size or (height // 10, width // 10)
        if not (1 <= tall <= height and 1 <= wide <= width):
            raise self.refuse(f"an image of {height} × {width} holds no patch of {tall} × {wide}", "set patch_size")
        return tall, wide
