"""The article's claims: small functions, each of which computes the number that decides one of them."""
