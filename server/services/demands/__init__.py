"""诉求 services: raising a demand, and everything done to it afterwards."""
