"""The Synthesize page, and the callbacks that draw lines for it."""
