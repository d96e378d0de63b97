"""Switchboard: takes customers' messages, finds each its agent, and tells the customer when to expect an answer.

Where things are:

- `message`, `events`: the shapes that travel over the bus.
- `conversation`, `routing`, `priority`, `promise`, `acknowledgement`, `hours`, `consent`: decisions; pure functions.
- `policy`: what a team configures; one validated file.
- `channels`: one folder per channel.
- `ports`: what the flows ask of the outside world; `aws` answers it.
- `flows`: what each Lambda function does, step by step.
- `wiring`: the environment, read once.
"""
