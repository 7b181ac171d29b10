"""Attacks on a real server process over real sockets."""
