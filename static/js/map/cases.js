// Open cases 诉求 (METRICS C): shape by class, colour as asked, hollow while not classified, ring when overdue;
// a broken ring with a number where several people told of the same (H1).
(() => {
  const CLUSTER_SIZE = 52; // pixels: a cluster's circle with some air
  const POINT_SIZE = 20; // at the closest zooms only what truly coincides stays together
  const CLOSE_ZOOM = 17;
  const RING_SIZE = 76; // pixels: two rings nearer than this would be read as one
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
    const made = svg("svg", { viewBox: "-18 -18 36 36", width: 36, height: 36, class: "case" });
    made.style.setProperty("--level", point.colour);
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

  const counted = (points) => points.reduce((sum, { count = 1 }) => sum + count, 0);

  function cluster(at, points, mixed) {
    const oldest = points.reduce((a, b) => (b.age > a.age ? b : a));
    const alike = points.every(({ colour }) => colour === oldest.colour);
    const count = counted(points);
    const made = element("div", "cluster");
    made.style.setProperty("--level", alike ? oldest.colour : mixed ?? oldest.colour);
    made.append(element("strong", "cluster-count", String(count)), element("span", "cluster-age", `${oldest.age}天`));
    const icon = L.divIcon({ className: "", iconSize: [46, 46], html: made });
    return L.marker(at, { icon }).bindTooltip(title(`${count} 件，最久 ${oldest.age} 天`));
  }

  // Lies above the symbols and lets clicks through to them, but for its own line and number.
  function hotspot({ lon, lat, reports, title: words, beside }) {
    const made = svg("svg", { viewBox: "-44 -44 88 88", width: 88, height: 88, class: "hotspot" });
    const number = svg("g", { transform: "translate(0 -36)" });
    number.append(svg("rect", { x: -19, y: -10, width: 38, height: 20, rx: 10 }), svg("text", { "text-anchor": "middle", y: 4.5 }));
    number.lastChild.textContent = `${reports}次`;
    made.append(svg("circle", { r: 36 }), number);
    const icon = L.divIcon({ className: "hotspot-place", iconSize: [88, 88], html: made });
    return L.marker([lat, lon], { icon, zIndexOffset: 2000 }).bindTooltip(title(beside ? `${words}\n旁边还有 ${beside} 处，放大再看` : words));
  }

  // Those with most reports come first; one too near to a ring that stands is told with it until somebody looks closer.
  function rings(map, places) {
    const standing = [];
    for (const place of places) {
      const at = map.project([place.lat, place.lon]);
      const near = standing.find((other) => other.at.distanceTo(at) < RING_SIZE);
      if (near && map.getZoom() < CLOSE_ZOOM) near.beside += 1;
      else standing.push({ ...place, at, beside: 0 });
    }
    return standing;
  }

  window.wangge.layers.cases = (map, config, tell) => {
    const territory = window.wangge.territory(map, config, { tell });
    const hotspots = L.layerGroup().addTo(map);
    const symbols = L.layerGroup().addTo(map);
    const marks = L.layerGroup().addTo(map);
    let all = []; // what the whole area has: its cases, or bins of them
    let near = null; // of an area with bins, the cases of the view
    let mixed = null;
    let places = []; // where several told of the same

    const points = () => near ?? all;

    function open(group) {
      const bounds = L.latLngBounds(group.points.map(({ lat, lon }) => [lat, lon]));
      const apart = !bounds.getSouthWest().equals(bounds.getNorthEast());
      const isBins = group.points.some(({ id }) => !id);
      if (group.points.length > 1 && apart && map.getZoom() < CLOSE_ZOOM) map.fitBounds(bounds, { maxZoom: CLOSE_ZOOM, padding: [40, 40] });
      else if (isBins) map.setView(group.at, Math.min(map.getZoom() + 2, CLOSE_ZOOM));
      else tell({ type: "pick", ids: group.points.map(({ id }) => id) });
    }

    // A count half hidden by a symbol reads as another number: it waits for a closer zoom, and stands under the map.
    function clearLabels() {
      const boxOf = (made) => made.getBoundingClientRect();
      const symbolBoxes = [...map.getPane("markerPane").querySelectorAll(".case, .cluster, .hotspot rect")].map(boxOf);
      const labels = [...map.getPane("labels").querySelectorAll(".grid-label")];
      for (const label of labels) label.hidden = false;
      const boxes = labels.map(boxOf); // measured together: one layout, not one each
      labels.forEach((label, index) => {
        const box = boxes[index];
        label.hidden = symbolBoxes.some((other) => box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom);
      });
    }

    function drawSymbols() {
      symbols.clearLayers();
      const size = map.getZoom() < CLOSE_ZOOM ? CLUSTER_SIZE : POINT_SIZE;
      const sight = map.getBounds().pad(0.2);
      const inSight = points().filter(({ lat, lon }) => sight.contains([lat, lon]));
      for (const group of window.wangge.clusters(map, inSight, size)) {
        const isOne = group.points.length === 1 && group.points[0].id;
        const made = isOne ? single(group.at, group.points[0]) : cluster(group.at, group.points, mixed);
        symbols.addLayer(made.on("click", () => open(group)));
      }
      hotspots.clearLayers();
      for (const place of rings(map, places)) hotspots.addLayer(hotspot(place));
    }

    function draw() {
      drawSymbols();
      clearLabels();
    }

    function mark({ id }) {
      const point = points().find((candidate) => candidate.id === id);
      marks.clearLayers();
      if (id && point) marks.addLayer(L.circleMarker([point.lat, point.lon], { radius: 22, color: "#6a1b9a", weight: 5, fill: false, interactive: false }));
    }

    function show(values) {
      ({ mixed } = values);
      all = values.points ?? values.bins;
      near = null;
      places = values.hotspots;
      drawSymbols(); // first: labels are cleared of symbols when they are drawn
      territory.show(values);
    }

    function received(found) {
      near = found;
      draw();
    }

    map.on("moveend resize", draw);
    map.on("labelled", clearLabels);
    return { show, received, mark, hold: territory.hold };
  };
})();
