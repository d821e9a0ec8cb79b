"""Answers to the exercises, a module a chapter: right ones in several styles, wrong ones by the slip that they show."""
