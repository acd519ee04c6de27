"""What converters of other packages are made of; nothing here is registered for an estimator."""
