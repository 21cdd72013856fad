"""A command in as many worlds as wanted, and what is judged from what it did there: clients, and tests of clients."""
