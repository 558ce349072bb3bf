// Open cases 诉求 (METRICS C): shape by class, colour by age band, hollow while not classified, ring when overdue.
(() => {
  const CLUSTER_SIZE = 52; // pixels: a cluster's circle with some air
  const POINT_SIZE = 20; // at the closest zooms only what truly coincides stays together
  const CLOSE_ZOOM = 17;
  const SHAPES = { GRID: "M-8 0a8 8 0 1 0 16 0a8 8 0 1 0-16 0Z", COMMUNITY: "M-7.5-7.5h15v15h-15Z", GOVERNMENT: "M0-9.5 9 7.5H-9Z" };
  const { element, title } = window.wangge;
  const { svg } = window.wangge.patterns;

  function badge(word, className) {
    const made = svg("g", { class: className, transform: "translate(10 -10)" });
    made.append(svg("circle", { r: 7 }), svg("text", { "text-anchor": "middle", y: 3.5 }));
    made.lastChild.textContent = word;
    return made;
  }

  function symbol(point) {
    const made = svg("svg", { viewBox: "-18 -18 36 36", width: 36, height: 36, class: `case band-${point.band}` });
    if (point.overdue) made.append(svg("circle", { r: 13, class: "case-ring" }));
    made.append(svg("path", { d: SHAPES[point.class], class: "case-shape" }));
    if (point.hollow) made.append(svg("path", { d: SHAPES[point.class], class: "case-hole", transform: "scale(0.55)" }));
    if (point.urgent) made.append(badge("急", "case-urgent"));
    else if (point.suspended) made.append(badge("缓", "case-suspended"));
    return made;
  }

  function single(at, point) {
    const icon = L.divIcon({ className: "", iconSize: [36, 36], html: symbol(point) });
    const overdueAbove = point.overdue ? 1000 : 0;
    return L.marker(at, { icon, zIndexOffset: overdueAbove }).bindTooltip(title(point.title));
  }

  function cluster(at, points) {
    const oldest = points.reduce((a, b) => (b.age > a.age ? b : a));
    const made = element("div", `cluster band-${oldest.band}`);
    made.append(element("strong", "cluster-count", String(points.length)), element("span", "cluster-age", `${oldest.age}天`));
    const icon = L.divIcon({ className: "", iconSize: [46, 46], html: made });
    return L.marker(at, { icon }).bindTooltip(title(`${points.length} 件，最久 ${oldest.age} 天`));
  }

  window.wangge.layers.cases = (map, tell) => {
    const outlines = window.wangge.grids(map);
    const symbols = L.layerGroup().addTo(map);
    const marks = L.layerGroup().addTo(map);
    let points = [];

    function open(group) {
      const bounds = L.latLngBounds(group.points.map(({ lat, lon }) => [lat, lon]));
      const apart = !bounds.getSouthWest().equals(bounds.getNorthEast());
      if (group.points.length > 1 && apart && map.getZoom() < CLOSE_ZOOM) map.fitBounds(bounds, { maxZoom: CLOSE_ZOOM, padding: [40, 40] });
      else tell({ type: "pick", ids: group.points.map(({ id }) => id) });
    }

    function draw() {
      symbols.clearLayers();
      const size = map.getZoom() < CLOSE_ZOOM ? CLUSTER_SIZE : POINT_SIZE;
      for (const group of window.wangge.clusters(map, points, size)) {
        const made = group.points.length > 1 ? cluster(group.at, group.points) : single(group.at, group.points[0]);
        symbols.addLayer(made.on("click", () => open(group)));
      }
    }

    function mark({ id }) {
      const point = points.find((candidate) => candidate.id === id);
      marks.clearLayers();
      if (point) marks.addLayer(L.circleMarker([point.lat, point.lon], { radius: 22, color: "#6a1b9a", weight: 5, fill: false, interactive: false }));
    }

    function show(shapes, values) {
      points = values.points;
      outlines.show(shapes, { ...values, looks: {} }); // outlines have no level, so no look
      draw();
    }

    map.on("zoomend", draw);
    return { show, mark };
  };
})();
