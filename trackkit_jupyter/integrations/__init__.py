"""Callbacks for frameworks, each as its framework wants it; a module is imported together with its framework.

Without them much is recorded by itself already, see ``capture``.
"""
