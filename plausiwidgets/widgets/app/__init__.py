"""App in JavaScript modules, which is the front end in a notebook, on a server and in a single file."""
