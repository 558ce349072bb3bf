/* What runs inside a map's sandboxed frame. Load this file first, then patterns.js, degrees.js, labels.js, territory.js,
   clusters.js and the layer's own file (patrol.js, visits.js, grids.js or cases.js); styles are tokens.css and map_frame.css.

   Folium has made the page: its map is window.wanggeMap, with controls and a graticule, and
     <script type="application/json" id="wangge-map-config">{"layer": "patrol", "bounds": [[south, west], [north, east]]}</script>

   The frame's origin is opaque: it fetches no records. They come from the page around it (map_host.js):

   page → frame  {type: "show", shapes, values}
     shapes   GeoJSON FeatureCollection; each feature {id: index, geometry, properties: {code}}; degrees WGS-84
     values   {looks, rows, points}; open cases bring no looks, but {hotspots, mixed}
       looks  {level: {colour, pattern, label}}, and of these "vacant" and "three_missed" are laid over a level
              pattern: "plain" | "sparse_dots" | "dense_dots" | "border" | "hatch" | "thick_outline"
       rows   [{code, name, n, d, text: "17/36", level: "late", vacant: true, thick: true, label_at: [lon, lat]}]
              of open cases only {code, name, text, label_at}: a count without points, such as private matters of a village
       points [{id, lon, lat, class: "GRID" | "COMMUNITY" | "GOVERNMENT", hollow, age, colour: "#rrggbb",
              overdue, urgent, suspended, title}]; age in days; title may have several lines
       hotspots [{lon, lat, reports, title}]: places several people told of, with how many reports
       mixed  colour of a cluster whose points differ in theirs; null for that of its oldest
   page → frame  {type: "mark", code} or {type: "mark", id}: point out one grid or case; neither clears
   frame → page  {type: "ready"} · {type: "pick", code} · {type: "pick", ids: [id, …]}

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

  function fit(map, bounds) {
    if (map._animatingZoom) { // Folium's own fit is still gliding, and Leaflet ignores another one meanwhile
      map.once("zoomend", () => fit(map, bounds));
      return;
    }
    map.invalidateSize({ animate: false });
    map.fitBounds(bounds, { animate: false, paddingTopLeft: [12, 26], paddingBottomRight: [54, 12] }); // room for the degrees
  }

  function start() {
    const map = window.wanggeMap;
    const config = JSON.parse(document.getElementById("wangge-map-config").textContent);
    map.options.zoomSnap = 0.1; // an area fills its frame; the buttons still go by whole steps
    window.wangge.degrees(map); // before a layer adds lines of its own
    const layer = window.wangge.layers[config.layer](map, tell);
    fit(map, config.bounds);
    // Paper is narrower than the screen: the map is fitted anew for it, and once more afterwards.
    window.matchMedia("print").addEventListener("change", () => fit(map, config.bounds));
    window.addEventListener("message", (event) => {
      if (event.source !== window.parent) return;
      if (event.data.type === "show") layer.show(event.data.shapes, event.data.values);
      if (event.data.type === "mark") layer.mark(event.data);
    });
    tell({ type: "ready" });
  }

  Object.assign(window.wangge, { element, title });
  window.addEventListener("load", start);
})();
