// Grids as polygons: colour and pattern of a level, hatch, thick outline, a label, a title, a pick.
(() => {
  const PLAIN = { color: "#4a5560", weight: 1 };
  const BORDERED = { color: "#1a1a1a", weight: 1.5 };
  const THICK = { color: "#111111", weight: 4 };
  const PICKED = { color: "#6a1b9a", weight: 5 };
  const OUTLINE = { color: "#6b7885", weight: 1, fill: false };

  function outline(row, looks) {
    if (row.thick) return THICK;
    return looks[row.level].pattern === "border" ? BORDERED : PLAIN;
  }

  function style(row, looks) {
    if (!row?.level) return OUTLINE;
    return { ...outline(row, looks), fill: true, fillColor: window.wangge.patterns.fill(row), fillOpacity: 1 };
  }

  const share = (row) => (row.d ? row.n / row.d : 1);
  const neediestFirst = (a, b) => share(a) - share(b) || b.d - a.d;

  // Returns {show(shapes, values), mark(code)}; words(row, looks) → the text of a grid's title; pick(code) when it is
  // clicked. A row without level is an outline: it has neither.
  window.wangge.territory = (map, { words, pick } = {}) => {
    const renderer = L.svg({ padding: 0.3 });
    const label = window.wangge.labels(map);
    let polygons = L.geoJSON(null).addTo(map);
    let rows = new Map();
    let looks = {};

    const byCode = (code) => polygons.getLayers().find((polygon) => polygon.feature.properties.code === code);

    function restyle(polygon) {
      const row = rows.get(polygon.feature.properties.code);
      polygon.setStyle(style(row, looks));
      if (row?.thick) polygon.bringToFront(); // a neighbour drawn later would cover half of the thick line
    }

    function equip(feature, polygon) {
      const row = rows.get(feature.properties.code);
      if (!row?.level) return;
      polygon.bindTooltip(window.wangge.title(words(row, looks)), { sticky: true });
      polygon.on("click", () => {
        mark(row.code);
        pick(row.code);
      });
    }

    function show(shapes, values) {
      rows = new Map(values.rows.map((row) => [row.code, row]));
      looks = values.looks;
      window.wangge.patterns.define(looks);
      polygons.remove();
      polygons = L.geoJSON(shapes, { renderer, onEachFeature: equip }).addTo(map);
      polygons.eachLayer(restyle);
      const labelled = values.rows.filter((row) => row.label_at && row.d !== 0).sort(neediestFirst);
      label(labelled.map((row) => ({ at: [row.label_at[1], row.label_at[0]], text: row.text })));
    }

    function mark(code) {
      polygons.eachLayer(restyle);
      const polygon = byCode(code);
      if (polygon) polygon.setStyle(PICKED).bringToFront();
    }

    return { show, mark };
  };
})();
