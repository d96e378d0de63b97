"""Where networks ask us to forget a person, and where people see how that went."""
