"""The console command `plausiwidgets`."""
