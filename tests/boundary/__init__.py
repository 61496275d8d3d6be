"""Plants identities in every input of Tocsin and searches every output for them."""
