"""What every room uses: arguments and their errors, names, files, progress, printed tables; nothing of neurons."""
