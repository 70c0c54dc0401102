"""Conversion of neurons and networks from and to other libraries: torch, Norse, Brian2, NIR and snnTorch."""
