"""The app: one front end in JavaScript modules, for a notebook, a server and a single file."""
