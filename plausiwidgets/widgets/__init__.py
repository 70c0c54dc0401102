"""User interfaces: the app, its hosts, and figures.

The modules :mod:`.drawing`, :mod:`.catalogue` and :mod:`.handlers` import neither ipywidgets, anywidget nor plotly.

- :mod:`.app`: the app, its bundle and the page that contains it
- :mod:`.catalogue`: models, patterns and lessons in the form of the app
- :mod:`.drawing`: lines, arrows and maps as numbers, for the app and for figures
- :mod:`.handlers`: a function for each request of the app, and the table of messages
- :mod:`.explorer`: the app in a notebook, with traits for scripts
- :mod:`.server`: the app as a web page
- :mod:`.page`: the app in a file or a frame
- :mod:`.figures`: the Plotly figures of ``pw.plot``
"""
