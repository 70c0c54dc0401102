"""What the app asks its host: one table of messages, and a function for each of them.

A host is what can send the app something, from any thread: ``send(answer, buffer)``. The kernel of a notebook is
one (:mod:`plausiwidgets.widgets.explorer`).
"""
