"""What the user sees. Nothing below this package imports ipywidgets, anywidget or plotly.

- :mod:`.app`: the app, its bundle and the page that contains it
- :mod:`.catalogue`: models, patterns and lessons as the app needs them
- :mod:`.drawing`: lines, arrows and maps as numbers, for the app and for figures
- :mod:`.handlers`: a function for each request of the app, and the table of messages
- :mod:`.explorer`: the app in a notebook, with traits for scripts
- :mod:`.server`: the app as a web page
- :mod:`.page`: the app in a file or a frame
- :mod:`.figures`: what ``pw.plot`` draws with Plotly
"""
