"""网格：a field-data server for community grid governance."""

__version__ = "0.1.0"
