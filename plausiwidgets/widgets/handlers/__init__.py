"""A function for each request that the app sends to its host, and the table of all messages.

A host can send replies to the app from any thread: ``send(answer, buffer)``. The kernel of a notebook is a host
(:mod:`plausiwidgets.widgets.explorer`), and a worker process of the server is another.
"""
