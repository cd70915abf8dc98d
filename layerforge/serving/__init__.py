"""A trained model as an HTTP endpoint: raw named rows in, named answers out."""
