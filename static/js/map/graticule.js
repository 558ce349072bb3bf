// Degrees of longitude and latitude as thin lines: a map that needs no base map and no network.
(() => {
  const STEPS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];
  const MOST_LINES = 6; // across the longer side

  const step = (span) => STEPS.find((candidate) => span / candidate <= MOST_LINES) ?? STEPS[STEPS.length - 1];

  function multiples(from, to, by) {
    const first = Math.ceil(from / by);
    return Array.from({ length: Math.max(0, Math.floor(to / by) - first + 1) }, (_, index) => (first + index) * by);
  }

  function label(at, words, className) {
    const icon = L.divIcon({ className: "", iconSize: [0, 0], html: window.wangge.element("span", className, words) });
    return L.marker(at, { icon, interactive: false, keyboard: false, pane: "graticule" });
  }

  window.wangge.graticule = (map) => {
    map.createPane("graticule").style.zIndex = 250; // under the grids
    const lines = L.layerGroup().addTo(map);

    function draw() {
      const seen = map.getBounds();
      const [west, south, east, north] = [seen.getWest(), seen.getSouth(), seen.getEast(), seen.getNorth()];
      const by = step(Math.max(east - west, north - south));
      const decimals = Math.max(0, -Math.floor(Math.log10(by)));
      const line = (ends) => L.polyline(ends, { className: "graticule-line", interactive: false, pane: "graticule", weight: 1 });
      lines.clearLayers();
      for (const lon of multiples(west, east, by)) {
        lines.addLayer(line([[south, lon], [north, lon]]));
        lines.addLayer(label([north, lon], `${lon.toFixed(decimals)}°`, "graticule-label top"));
      }
      for (const lat of multiples(south, north - (north - south) / 16, by)) { // none where the degrees above stand
        lines.addLayer(line([[lat, west], [lat, east]]));
        lines.addLayer(label([lat, east], `${lat.toFixed(decimals)}°`, "graticule-label right"));
      }
    }

    map.on("moveend", draw);
    draw();
  };
})();
