"""The whole on a laptop: doubles of the providers, customers' phones, and what runs them. Nothing here is deployed.

- `twilio`, `twilio_rest`, `meta`, `telegram`, `line`: doubles of the providers, built from their documentation and not
  from our code; `providers` serves them at one address.
- `ses`: a double of SES; `smtp` takes mail for it, `mailbox` is where customers get theirs.
- `phones`: the page on which you are the customers.
"""
