"""The types between steps: what one step of a pipeline gives to the next while a method is traced.

A step gets and gives one of three types:

``Array``
    A dense matrix of floats of shape (n_rows, n_columns): a :class:`~skl2tflite.graph.Tensor` while a method is
    traced, a NumPy array where a converter computes on data (in tests). Results of ``predict`` and the like are arrays
    of other shapes.
:class:`~skl2tflite.flow.matrix.Matrix`
    Numbers that scikit-learn holds otherwise: in a sparse matrix, or as integers or booleans of some width. It
    knows the dtype, whether it is sparse, which entries are stored, and the least and greatest number where they are
    known. A step that gives a dense matrix of floats gives a plain array instead.
:class:`~skl2tflite.flow.table.Table`
    Columns side by side: the rows of a model, and what stays a DataFrame between steps. Where all columns hold numbers,
    ``Table.matrix()`` gives them as one tensor.

Who decides what:

- The dtype and sparsity of a step's result follow from the converter, by what scikit-learn's own ``transform`` gives
  for what it is given (``Converter.gives_dtype`` and ``Converter.gives_sparse``).
  :meth:`~skl2tflite.flow.table.Table.join` decides them for results that are joined, as NumPy and SciPy do.
- Whether a feature of the model is a number or text is decided by the first step that needs to know. Such a step calls
  ``Column.numbers()``, ``strings()``, ``integers()``, ``characters()`` or ``terms()``. A later step that cannot use
  that dtype raises :class:`~skl2tflite.flow.column.KindError`. Integers may be read as floats too.
- Whether the features come into a file as one matrix, or as an input each, is decided when all methods are recorded
  (:mod:`skl2tflite.flow.binding`). Until then a matrix stands for the features of which nothing but numbers is asked,
  unless it is known beforehand that it would not do.

What a :class:`~skl2tflite.flow.column.Column` knows: its name, the dtype of its values (``kind``, None while
undecided), the dtype and the categories that pandas gives it (from the rows given to ``convert``, or from the step that
made it), and whether it is still one of the model's features, unchanged (``origin``). Its classes are
:class:`~skl2tflite.flow.input_columns.InputColumn` (a feature of the model),
:class:`~skl2tflite.flow.table.MatrixColumn` (a column of a matrix),
:class:`~skl2tflite.flow.column.MadeColumn` (computed),
:class:`~skl2tflite.flow.renamed.Renamed` and :class:`~skl2tflite.flow.renamed.Categorical` (another column under
another name, or as a pandas categorical).
"""
