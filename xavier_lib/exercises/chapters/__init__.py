"""What the exercises of each chapter ask, with their references and slips."""
