"""Figures: compositions of storage, domain and gis that several surfaces show. They read; a surface only renders."""
