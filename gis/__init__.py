"""The geometry engine: grids, points, tracks and map pages. It knows nothing of the server.

Everywhere: longitude before latitude, degrees in WGS-84; lengths in metres.
"""
