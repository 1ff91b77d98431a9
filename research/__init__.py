"""Offline work with heavy packages: training samples, baselines, evaluations, fits and mocks."""
