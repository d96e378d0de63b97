"""What each function does, step by step: read, decide (pure), write conditionally, act on it at once.

Every step may be the last: a function killed after any of them is called again with the same input and continues.
"""
