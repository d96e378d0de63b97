"""What the system costs and how fast it is, measured. README.md explains each benchmark and holds the last figures."""
