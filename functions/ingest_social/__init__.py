"""Takes the webhooks of social networks."""
