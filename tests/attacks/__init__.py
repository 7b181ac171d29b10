"""Attacks on what the project keeps and serves: each is a test that fails where it succeeds."""
