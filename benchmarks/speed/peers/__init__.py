"""Other ways to the same rooms, each a whole process: it prints how many rooms of the week it received."""
