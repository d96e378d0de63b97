"""What would have been under another policy: recorded traffic through a model that decides as the router does.

- `traffic` makes jobs and shifts of records: who wrote when, how long agents then took, who was there.
- `model` plays them: events in order of time, each decision taken by `routing` itself.
- `figures` sums up a run, `page` shows runs side by side.
"""
