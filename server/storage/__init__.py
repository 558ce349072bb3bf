"""Tables and the queries on them, one file per subject. Functions take a session and a keyword-only scope."""
