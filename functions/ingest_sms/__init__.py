"""Takes Twilio's webhooks."""
