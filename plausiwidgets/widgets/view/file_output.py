"""The script that saves files, which stands before each script that saves one."""

from pathlib import Path

FILE_OUTPUT = Path(__file__).with_name("file_output.js").read_text("utf-8")
