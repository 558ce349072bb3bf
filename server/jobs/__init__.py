"""What happens after a commit and at certain hours. The events table carries the truth; the queue only wakes."""
