"""What is raised where a store does not answer."""


class StoreAwayError(Exception):
    """The store does not answer, or cannot do what it is asked."""
