"""Answers as bytes: text, JSON, dot, Mermaid."""
