"""The types between steps: what one step of a pipeline hands to the next."""
