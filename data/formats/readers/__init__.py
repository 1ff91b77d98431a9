"""Tables from bytes or paths: one reader a format, all of them giving typed Arrow batches with units and masks."""
