"""Functions that answer the requests of the app, and the table of all messages.

The host of an app is the kernel of a notebook (:mod:`plausiwidgets.widgets.explorer`) or a worker process of the
server. A host can send replies from any thread with ``send(answer, buffer)``.
"""
