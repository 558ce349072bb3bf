"""What happens after the answer has left: consequences of events, and sweeps by the clock.

The queue never carries the truth: the events table does. Every job may run twice, or late, and changes nothing then.
"""
