"""The machinery around the model. It is rewritten by `modelyard update`: change src/model.py instead."""
