"""The numbers and choices that the exercises of each chapter may have, with their targets, slips and phrases."""
