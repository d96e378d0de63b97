"""The whole on a laptop: doubles of the providers, customers' phones, and what runs them. Nothing here is deployed.

- `twilio`, `twilio_rest`: a double of Twilio, built from its documentation and not from our code.
- `phones`: the page on which you are the customers.
"""
