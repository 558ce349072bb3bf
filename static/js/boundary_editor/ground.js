/* The editor's map: the grids of a village as its draft leaves them, those that end, and the neighbouring villages.
   Load after Leaflet; static/js/map/basemap.js may follow, then tools.js. Every text is written as text. */
(() => {
  const host = document.querySelector("[data-editor]");
  const STYLES = {
    same: { color: "#1d4f7c", weight: 2, fillColor: "#abd9e9", fillOpacity: 0.35 },
    renamed: { color: "#1d4f7c", weight: 2, fillColor: "#abd9e9", fillOpacity: 0.35 },
    redrawn: { color: "#8a4b00", weight: 3, fillColor: "#fdae61", fillOpacity: 0.35 },
    new: { color: "#1d6b45", weight: 3, fillColor: "#a6d96a", fillOpacity: 0.35 },
  };
  const AROUND = { color: "#6b7885", weight: 1, fillColor: "#d9d9d9", fillOpacity: 0.3, interactive: false };
  const ENDED = { color: "#a3150f", weight: 2, dashArray: "6 5", fill: false, interactive: false, pmIgnore: true };
  const FAULT = { color: "#a3150f", weight: 3, fillColor: "#d7191c", fillOpacity: 0.7, interactive: false, pmIgnore: true };
  const PICKED = { color: "#6a1b9a", weight: 5 };
  const CLOSEST = 19;
  const view = `wangge-editor-${location.pathname}`;

  L.Control.Scale.include({
    _updateMetric(metres) {
      const length = this._getRoundNum(metres);
      this._updateScale(this._mScale, length < 1000 ? `${length} 米` : `${length / 1000} 公里`, length / metres);
    },
  });

  const map = L.map(host, { zoomControl: false, zoomSnap: 0.25, maxZoom: 22, attributionControl: false, doubleClickZoom: false });
  L.control.zoom({ zoomInTitle: "放大", zoomOutTitle: "缩小" }).addTo(map);
  L.control.scale({ imperial: false }).addTo(map);
  L.control.attribution({ prefix: false }).addTo(map);
  map.setView([35, 105], 4);
  window.wanggeMap = map;

  const grids = new Map();
  let faults = [];

  const shapes = (geometries, style) => geometries.map((geometry) => L.geoJSON(geometry, { style, pmIgnore: style.pmIgnore }).addTo(map));

  function named(grid) {
    const words = document.createElement("span");
    words.textContent = grid.label;
    return words;
  }

  function drawGrid(grid) {
    const [polygon] = L.geoJSON(grid.shape, { style: STYLES[grid.fate] }).addTo(map).getLayers();
    polygon.bindTooltip(named(grid), { permanent: true, direction: "center", className: "grid-name", interactive: false });
    polygon.grid = grid;
    grids.set(grid.code, polygon);
  }

  // Where the officer looked before a step reloaded the page.
  function look(bounds) {
    const kept = JSON.parse(sessionStorage.getItem(view) ?? "null");
    if (kept) map.setView(kept.centre, kept.zoom, { animate: false });
    else if (bounds.isValid()) map.fitBounds(bounds, { animate: false, padding: [24, 24] });
    map.on("moveend", () => sessionStorage.setItem(view, JSON.stringify({ centre: map.getCenter(), zoom: map.getZoom() })));
  }

  function restyle(polygon, picked) {
    polygon.setStyle(STYLES[polygon.grid.fate]);
    if (picked) polygon.setStyle(PICKED).bringToFront();
  }

  function goTo(bounds) {
    map.fitBounds(bounds, { maxZoom: CLOSEST, padding: [60, 60] });
    host.scrollIntoView({ block: "nearest" });
  }

  // A finding or a grid of the lists beside the map; a finding without a place of its own is shown by its grid.
  function tieLists() {
    document.addEventListener("click", (event) => {
      const row = event.target.closest("[data-finding], [data-grid]");
      if (!row || event.target.closest("a, button, summary, form")) return;
      const place = faults[Number(row.dataset.finding)] ?? grids.get(row.dataset.grid);
      if (place) goTo(place.getBounds());
    });
  }

  async function load() {
    const answer = await fetch(host.dataset.groundUrl, { headers: { Accept: "application/json" }, credentials: "same-origin" });
    if (!answer.ok) throw new Error(String(answer.status));
    const ground = await answer.json();
    shapes(ground.around, AROUND);
    ground.grids.forEach(drawGrid);
    shapes(ground.ended, ENDED);
    faults = ground.findings.map((geometry) => geometry && shapes([geometry], FAULT)[0]);
    const all = L.featureGroup([...grids.values()]).getBounds();
    look(all.isValid() ? all : L.featureGroup(shapes(ground.around, AROUND)).getBounds());
    tieLists();
  }

  window.wanggeEditor = {
    map,
    grids,
    restyle,
    // Whether there is anything to draw on.
    loaded: load().then(() => true, () => {
      document.querySelector("[data-editor-hint]").textContent = "地图没有读到，请刷新再试。草稿不受影响。";
      return false;
    }),
  };
})();
