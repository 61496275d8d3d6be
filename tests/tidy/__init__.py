"""The house rules as functions: each takes a file and says what is wrong and how to mend it."""
