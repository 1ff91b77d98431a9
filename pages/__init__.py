"""The pages of the app: one module or package per route."""
