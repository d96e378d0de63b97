"""Keeps Twilio's webhooks when nobody else can."""
