"""Fetching what strangers' messages point to. Whatever goes out to the web for a customer goes through here."""
