"""For a class: notebooks made from a chapter's exercises, marked for autograders, and a report on those handed in."""
