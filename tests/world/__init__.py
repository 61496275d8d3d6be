"""What the tests of the synthetic world know by themselves, apart from what it is made of."""
