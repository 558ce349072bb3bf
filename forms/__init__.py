"""The form engine: XLSForm, XForm and instance XML. It knows nothing of the server."""
