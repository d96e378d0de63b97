"""When a customer can expect an answer: an upper bound that holds for nine of ten, and is no longer than that takes.

*Scheduled-capacity queue length*: a message's turn comes when the planned capacity has taken in all that is ahead of
it. That point is wrong by some factor; how often by which is counted per priority, and the bound is the point times
the factor that nine of ten stayed within. What is learned is learned by additions alone, in any order.

- `announcement` the bound: what is known put together, and what to remember of it
- `backlog`      what waits, and how much of it is ahead of a message
- `capacity`     planned slots over time, from a roster or from who was there lately
- `intake`       when those slots have taken in what is ahead
- `statistics`   what is learned: pace, reply times, demand, staffing, and how wrong points were
- `lessons`      what an arrival, an assignment and a reply add to these
- `decay`        sums that forget, kept by additions
- `memory`       such sums in a process, instead of a table
- `spoken`       the bound as a time worth saying aloud
- `renewal`      when a promise that is about to break is made anew
- `coverage`     how many promises held
"""
