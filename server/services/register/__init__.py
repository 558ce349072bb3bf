"""名册 services: households, their people and care tags, and the changes that need a second person."""
