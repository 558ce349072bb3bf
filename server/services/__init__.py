"""Everything that changes something; one function per verb. A service never opens a transaction."""
