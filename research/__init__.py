"""What is made offline, with heavy packages: training samples, baselines, evaluations, fits and mocks."""
