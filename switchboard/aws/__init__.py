"""AWS behind `switchboard.ports`: one thin adapter per table or service. No decision is taken here."""
