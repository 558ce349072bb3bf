/* What runs inside a map's sandboxed frame. Load this file first, then basemap.js, patterns.js, degrees.js, labels.js,
   tiles.js, territory.js, clusters.js and the layer's own file (patrol.js, visits.js, grids.js or cases.js); styles are
   tokens.css and map_frame.css.

   Folium has made the page: its map is window.wanggeMap, with controls and a graticule, and
     <script type="application/json" id="wangge-map-config">
       {layer, bounds: [[south, west], [north, east]], drawing, tiles, deepest, gridsFrom}
   tiles is the signed address of the drawing's vector tiles (gis/tiles.py), deepest their last zoom.

   The frame's origin is opaque: it fetches no records, only tiles, in which nobody is named. Records come from the page
   around it (map_host.js):

   page → frame  {type: "show", values}
     values  of a layer of grids {drawing, looks, levels, villages, level, n, d, marks, texts, titles, names}
       drawing  the drawing the positions belong to: of another one nothing can be shown
       looks    {level: {colour, pattern, label}}; of these "vacant" and "three_missed" are laid over a level
                pattern: "plain" | "sparse_dots" | "dense_dots" | "bars" | "border" | "hatch" | "thick_outline"
       villages [[code, name, [number of a grid, …]]]: a grid's code is its village's and its number in three digits;
                its position counts through all villages
       level    by position: its place in levels, -1 for none · n, d · marks: 1 vacant + 2 thick outline
       texts, titles, names  by position, where n and d do not say it; names null where there are too many
     values  of open cases {drawing, villages, counts, points, bins, hotspots, mixed}; the page itself knows counts and hotspots
       counts   {code of a village: text}: what has no point, such as its private matters
       points   [{id, lon, lat, class: "GRID" | "COMMUNITY" | "GOVERNMENT", hollow, age, colour: "#rrggbb",
                overdue, urgent, suspended, title}]; age in days; title may have several lines; null where there are too many
       bins     then [{lon, lat, count, age, colour}]: how many in a square of a kilometre, the oldest of them
       hotspots [{lon, lat, reports, title}]: places several people told of, with how many reports; most first
       mixed    colour of several cases whose points differ in theirs; null for that of the oldest
   page → frame  {type: "names", names}: names by position that were asked for · {type: "points", points}: those of the view
   page → frame  {type: "mark", code} or {type: "mark", id}: point out one grid or case; neither clears
   page → frame  {type: "go", lon, lat, zoom}
   frame → page  {type: "ready"} · {type: "drawn"}: the tiles of a view are there · {type: "failed"} · {type: "outdated"}
   frame → page  {type: "pick", code} · {type: "pick", ids: [id, …]} · {type: "names", village}
   frame → page  {type: "view", lon, lat, zoom, bounds: [west, south, east, north]}

   Every text is written with textContent; nothing received is ever read as HTML. */
window.wangge = { layers: {} };

(() => {
  const tell = (message) => window.parent.postMessage(message, "*"); // nothing in it is secret: codes the page itself sent

  function element(tag, className, text = "") {
    const made = document.createElement(tag);
    made.className = className;
    made.textContent = text;
    return made;
  }

  // A hover or tap title: one line per line of the text.
  function title(text) {
    const made = element("div", "title");
    for (const line of text.split("\n")) made.append(element("div", "title-line", line));
    return made;
  }

  L.Control.Scale.include({
    _updateMetric(metres) {
      const length = this._getRoundNum(metres);
      const words = length < 1000 ? `${length} 米` : `${length / 1000} 公里`;
      this._updateScale(this._mScale, words, length / metres);
    },
  });

  // Folium's own fit may still be gliding, and Leaflet ignores another move meanwhile.
  function settled(map, then) {
    if (map._animatingZoom) map.once("zoomend", () => settled(map, then));
    else then();
  }

  function fit(map, bounds) {
    settled(map, () => {
      map.invalidateSize({ animate: false });
      map.fitBounds(bounds, { animate: false, paddingTopLeft: [12, 26], paddingBottomRight: [54, 12] }); // room for the degrees
    });
  }

  // Paper is narrower than the screen: what is seen is fitted into it, and afterwards stands as before.
  function watchPrinting(map, layer) {
    let before = null;
    window.matchMedia("print").addEventListener("change", ({ matches }) => {
      if (matches) before = { bounds: map.getBounds(), centre: map.getCenter(), zoom: map.getZoom() };
      if (!before) return;
      layer.hold(matches);
      map.invalidateSize({ animate: false });
      if (matches) map.fitBounds(before.bounds, { animate: false });
      else map.setView(before.centre, before.zoom, { animate: false });
    });
  }

  function tellView(map) {
    const [{ lng, lat }, bounds] = [map.getCenter(), map.getBounds()];
    tell({
      type: "view",
      lon: Number(lng.toFixed(5)),
      lat: Number(lat.toFixed(5)),
      zoom: Number(map.getZoom().toFixed(1)),
      bounds: [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()],
    });
  }

  function start() {
    const map = window.wanggeMap;
    const config = JSON.parse(document.getElementById("wangge-map-config").textContent);
    map.options.zoomSnap = 0.1; // an area fills its frame; the buttons still go by whole steps
    window.wangge.degrees(map); // before a layer adds lines of its own
    fit(map, config.bounds);
    settled(map, () => {
      const layer = window.wangge.layers[config.layer](map, config, tell);
      const heard = {
        show: ({ values }) => layer.show(values),
        names: ({ names }) => layer.named(names),
        points: ({ points }) => layer.received(points),
        mark: (message) => layer.mark(message),
        go: ({ lon, lat, zoom }) => settled(map, () => map.setView([lat, lon], zoom, { animate: false })),
      };
      watchPrinting(map, layer);
      map.on("moveend", () => tellView(map));
      window.addEventListener("message", (event) => {
        if (event.source === window.parent) heard[event.data.type]?.(event.data);
      });
      tell({ type: "ready" });
    });
  }

  Object.assign(window.wangge, { element, title });
  window.addEventListener("load", start);
})();
