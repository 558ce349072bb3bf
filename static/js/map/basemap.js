/* The base map under a map, where the deployment names one: gis/map_page.py writes what is known of it as JSON.

   What lies on it is WGS-84. Tiles cut in GCJ-02 or BD-09 are therefore laid where their corners truly are: each corner is
   taken back to WGS-84 and each tile stretched between its own, so that neighbours meet and what remains is
   below a metre from zoom 15 on, a pixel or two from afar.
   The formulas are those of gis/coordinates.py; tests/browser/test_basemaps.py holds the one against the other.

   A base map that does not answer costs nothing but itself: a line says so, and grids and figures stay. */
(() => {
  const said = document.getElementById("wangge-map-basemap");
  if (!said) return;

  const { PI, abs, atan2, cos, hypot, sin, sqrt } = Math;
  // The ellipsoid GCJ-02 is defined on is Krasovsky's, not WGS-84's.
  const RADIUS_M = 6378245;
  const ECCENTRICITY_SQUARED = 0.006693421622965943;
  const SHIFTED = { west: 72.004, east: 137.8347, south: 0.8293, north: 55.8271 };
  const BD09_WAVE = (PI * 3000) / 180;
  const ROUNDS = 8; // reach the last bit of a double

  const waves = (t, terms) => terms.reduce((sum, [amplitude, halfPeriod]) => sum + amplitude * sin((PI * t) / halfPeriod), 0);

  function gcj02(lon, lat) {
    if (lon < SHIFTED.west || lon > SHIFTED.east || lat < SHIFTED.south || lat > SHIFTED.north) return [lon, lat];
    const [x, y, latitude] = [lon - 105, lat - 35, (lat * PI) / 180];
    const root = sqrt(abs(x));
    const ripple = 20 * sin(6 * PI * x) + 20 * sin(2 * PI * x);
    const east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
      + (ripple + waves(x, [[20, 1], [40, 3], [150, 12], [300, 30]])) * (2 / 3);
    const north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
      + (ripple + waves(y, [[20, 1], [40, 3], [160, 12], [320, 30]])) * (2 / 3);
    const flattening = 1 - ECCENTRICITY_SQUARED * sin(latitude) ** 2;
    const primeVertical = RADIUS_M / sqrt(flattening);
    const meridional = (primeVertical * (1 - ECCENTRICITY_SQUARED)) / flattening;
    return [lon + (east / (primeVertical * cos(latitude))) * (180 / PI), lat + (north / meridional) * (180 / PI)];
  }

  function bd09(lon, lat) {
    const [x, y] = gcj02(lon, lat);
    const radius = hypot(x, y) + 0.00002 * sin(y * BD09_WAVE);
    const angle = atan2(y, x) + 0.000003 * cos(x * BD09_WAVE);
    return [radius * cos(angle) + 0.0065, radius * sin(angle) + 0.006];
  }

  const unshifted = (lon, lat) => [lon, lat];
  const FROM_WGS84 = { wgs84: unshifted, cgcs2000: unshifted, gcj02, bd09 };

  // The way back of a small shift, by fixed point.
  function back(shift, lon, lat) {
    let [x, y] = [lon, lat];
    for (let round = 0; round < ROUNDS; round += 1) {
      const [shiftedX, shiftedY] = shift(x, y);
      [x, y] = [lon - (shiftedX - x), lat - (shiftedY - y)];
    }
    return [x, y];
  }

  const ShiftedTiles = L.TileLayer.extend({
    // Which tiles are in sight: those around the centre as they would call it.
    _getTiledPixelBounds(centre) {
      const [lng, lat] = this.options.shift(centre.lng, centre.lat);
      return L.TileLayer.prototype._getTiledPixelBounds.call(this, L.latLng(lat, lng));
    },

    // Where a place in the tiles' own pixels truly is, in pixels of the level; not rounded, or neighbours would part.
    _truly(corner, zoom) {
      const shifted = this._map.unproject(corner, zoom);
      const [lng, lat] = back(this.options.shift, shifted.lng, shifted.lat);
      return this._map.project(L.latLng(lat, lng), zoom).subtract(this._level.origin);
    },

    _getTilePos(coords) {
      return this._truly(coords.scaleBy(this.getTileSize()), coords.z);
    },

    // The shift differs a little from corner to corner: the tile is laid on three of its own, sheared by a thousandth or two.
    _addTile(coords, container) {
      L.TileLayer.prototype._addTile.call(this, coords, container);
      const tile = this._tiles[this._tileCoordsToKey(coords)].el;
      const size = this.getTileSize();
      const corner = (x, y) => this._truly(L.point(coords.x + x, coords.y + y).scaleBy(size), coords.z);
      const [origin, east, south] = [corner(0, 0), corner(1, 0), corner(0, 1)];
      const [along, down] = [east.subtract(origin).unscaleBy(size), south.subtract(origin).unscaleBy(size)];
      tile.style.transformOrigin = "0 0";
      tile.style.transform = `matrix(${along.x}, ${along.y}, ${down.x}, ${down.y}, ${origin.x}, ${origin.y})`;
    },
  });

  function tiles(url, { datum, subdomains, zooms, bounds }) {
    const options = {
      subdomains: subdomains || "abc",
      minNativeZoom: zooms[0],
      maxNativeZoom: zooms[1],
      maxZoom: 22,
      bounds: bounds && [[bounds[1], bounds[0]], [bounds[3], bounds[2]]],
      shift: FROM_WGS84[datum],
    };
    return options.shift === unshifted ? L.tileLayer(url, options) : new ShiftedTiles(url, options);
  }

  // Says that tiles are missing as long as they are: a new look at another place asks again.
  function watch(layers, map) {
    const notice = L.DomUtil.create("p", "basemap-down", map.getContainer());
    notice.setAttribute("role", "status");
    notice.textContent = "底图没有读到，网格和数据不受影响。";
    notice.hidden = true;
    for (const layer of layers) {
      layer.on("tileerror", () => { notice.hidden = false; });
      layer.on("tileload", () => { notice.hidden = true; });
    }
  }

  const map = window.wanggeMap;
  const basemap = JSON.parse(said.textContent);
  const layers = basemap.urls.map((url) => tiles(url, basemap).addTo(map));
  // The control writes markup: what a deployment wrote goes in as text.
  const source = L.DomUtil.create("span", "basemap-source");
  source.textContent = basemap.notice;
  map.attributionControl.addAttribution(source.outerHTML);
  watch(layers, map);
})();
