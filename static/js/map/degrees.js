// Writes the degrees of Folium's graticule along the upper and the right edge, wherever the map is moved.
(() => {
  const LEAST_GAP = 70; // pixels between two labels of one edge
  const EDGE = 24; // pixels kept free where the two edges meet

  const isLine = (layer) => layer instanceof L.Polyline && !(layer instanceof L.Polygon);

  function read(map) {
    const lines = [];
    map.eachLayer((layer) => {
      if (isLine(layer)) lines.push(...layer.getLatLngs());
    });
    const meridians = lines.filter(([a, b]) => a.lng === b.lng).map(([a]) => a.lng);
    const parallels = lines.filter(([a, b]) => a.lat === b.lat).map(([a]) => a.lat);
    return { meridians, parallels };
  }

  const decimals = (degrees) => (String(Number(degrees.toFixed(4))).split(".")[1] ?? "").length;

  function label(at, words, edge) {
    const icon = L.divIcon({ className: "", iconSize: [0, 0], html: window.wangge.element("span", `degree ${edge}`, words) });
    return L.marker(at, { icon, interactive: false, keyboard: false, pane: "degrees" });
  }

  // Of places along an edge, in pixels, those that leave their labels room.
  function spaced(places, from, to) {
    const kept = [];
    for (const place of places.sort((a, b) => a.pixel - b.pixel)) {
      const free = !kept.length || place.pixel - kept[kept.length - 1].pixel >= LEAST_GAP;
      if (free && place.pixel >= from && place.pixel <= to) kept.push(place);
    }
    return kept;
  }

  window.wangge.degrees = (map) => {
    map.createPane("degrees").style.zIndex = 250; // under the grids
    const labels = L.layerGroup().addTo(map);
    const { meridians, parallels } = read(map);
    const places = Math.max(0, ...meridians.map(decimals), ...parallels.map(decimals));
    const words = (degrees) => `${degrees.toFixed(places)}°`;

    function draw() {
      const size = map.getSize();
      const corner = map.containerPointToLatLng([size.x, 0]);
      const across = meridians.map((lng) => ({ degrees: lng, pixel: map.latLngToContainerPoint([corner.lat, lng]).x }));
      const down = parallels.map((lat) => ({ degrees: lat, pixel: map.latLngToContainerPoint([lat, corner.lng]).y }));
      labels.clearLayers();
      for (const { degrees } of spaced(across, 0, size.x - LEAST_GAP)) labels.addLayer(label([corner.lat, degrees], words(degrees), "top"));
      for (const { degrees } of spaced(down, EDGE, size.y)) labels.addLayer(label([degrees, corner.lng], words(degrees), "right"));
    }

    map.on("moveend resize", draw);
    draw();
  };
})();
