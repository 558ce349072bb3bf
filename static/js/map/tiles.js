// The tiles of a map: fetched and read by VectorGrid, drawn here on a canvas each, so that twenty thousand grids take a
// new colour at once. What is drawn is asked for by kind ("grids" or "villages") and id, its position in the drawing.
(() => {
  const PX = 256;
  const OVERLAP = 1; // pixel: a tile that is not enlarged by a whole number would leave a seam beside the next
  const SHARPNESS = 2; // bitmap pixels to a pixel, at least: between two zooms tiles are enlarged
  const KINDS = ["villages", "grids"];
  const LABELS = { grid_labels: "grids", village_labels: "villages" };

  const probe = document.createElement("canvas").getContext("2d");
  const ratio = () => Math.max(window.devicePixelRatio, SHARPNESS);

  function shape(feature, kind, scale) {
    const path = new Path2D();
    const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
    for (const ring of feature.geometry) {
      ring.forEach((corner, index) => {
        const [x, y] = [corner.x * scale, corner.y * scale];
        if (index) path.lineTo(x, y);
        else path.moveTo(x, y);
        box.left = Math.min(box.left, x);
        box.right = Math.max(box.right, x);
        box.top = Math.min(box.top, y);
        box.bottom = Math.max(box.bottom, y);
      });
      path.closePath();
    }
    return { kind, id: feature.id, path, box };
  }

  function content({ layers }) {
    const shapes = [];
    const labels = [];
    for (const kind of KINDS) {
      for (const feature of layers[kind]?.features ?? []) shapes.push(shape(feature, kind, PX / layers[kind].extent));
    }
    for (const [layer, kind] of Object.entries(LABELS)) {
      for (const { id, geometry: [[at]] } of layers[layer]?.features ?? []) {
        const scale = PX / layers[layer].extent;
        labels.push({ kind, id, x: at.x * scale, y: at.y * scale });
      }
    }
    return { shapes, labels };
  }

  // Higher ranks are drawn over lower ones: a neighbour drawn later would cover half of a thick line.
  function paint(canvas, shapes, style) {
    const pen = canvas.getContext("2d");
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, canvas.width, canvas.height);
    pen.scale(ratio(), ratio());
    pen.lineJoin = "round";
    const later = new Map();
    let last = null; // as most are alike, the pen is seldom set anew
    const draw = ({ path }, wanted) => {
      if (wanted !== last) {
        pen.fillStyle = wanted.fill ?? "transparent";
        pen.strokeStyle = wanted.colour;
        pen.lineWidth = wanted.weight;
        last = wanted;
      }
      if (wanted.fill) pen.fill(path, "evenodd");
      pen.stroke(path);
    };
    for (const each of shapes) {
      const wanted = style(each.kind, each.id);
      if (wanted.rank) later.set(wanted.rank, [...(later.get(wanted.rank) ?? []), [each, wanted]]);
      else draw(each, wanted);
    }
    for (const rank of [...later.keys()].sort()) for (const [each, wanted] of later.get(rank)) draw(each, wanted);
  }

  const CanvasTiles = L.VectorGrid.Protobuf.extend({
    createTile(coords, done) {
      const canvas = L.DomUtil.create("canvas", "grid-tile");
      canvas.width = canvas.height = (PX + OVERLAP) * ratio();
      this._getVectorTilePromise(coords).then((answer) => {
        if (Array.isArray(answer.layers)) throw new Error("refused"); // how VectorGrid says that the answer was no tile
        const found = content(answer);
        this.contents.set(canvas, found);
        paint(canvas, found.shapes, this.options.style);
        done(null, canvas);
      }).catch((error) => done(error, canvas));
      return canvas;
    },

    _initTile(canvas) {
      L.GridLayer.prototype._initTile.call(this, canvas);
      canvas.style.width = canvas.style.height = `${PX + OVERLAP}px`;
    },
  });

  // Returns {restyle(), at(latlng), isKnown(latlng), labels(), hold(still)}; style(kind, id) → {fill, colour, weight, rank};
  // drawn() is called when all tiles of a view are there, failed() when one is not to be had.
  window.wangge.tiles = (map, { tiles: url, deepest, bounds }, { style, drawn, failed }) => {
    const pane = map.createPane("grids");
    pane.style.zIndex = 450; // above the graticule, below numbers and cases
    pane.classList.toggle("over-basemap", Boolean(document.getElementById("wangge-map-basemap")));
    const layer = new CanvasTiles(url, { pane: "grids", style, maxNativeZoom: deepest, maxZoom: map.getMaxZoom(), bounds, noWrap: true });
    layer.contents = new WeakMap();
    layer.on("load", drawn);
    layer.on("tileerror", failed);
    layer.addTo(map);

    const current = () => Object.values(layer._tiles).filter(({ coords }) => coords.z === layer._tileZoom);

    function restyle() {
      for (const { el } of Object.values(layer._tiles)) {
        if (layer.contents.has(el)) paint(el, layer.contents.get(el).shapes, style);
      }
    }

    function tileAt(latlng) {
      const place = map.project(latlng, layer._tileZoom);
      const { x, y } = place.divideBy(PX).floor();
      const tile = layer._tiles[`${x}:${y}:${layer._tileZoom}`];
      return { shapes: layer.contents.get(tile?.el)?.shapes, left: place.x - x * PX, top: place.y - y * PX };
    }

    // What lies at a place, the last drawn first: {kind, id} or nothing.
    function at(latlng) {
      const { shapes = [], left, top } = tileAt(latlng);
      const inside = ({ path, box }) => left >= box.left && left <= box.right && top >= box.top && top <= box.bottom
        && probe.isPointInPath(path, left, top, "evenodd");
      return [...shapes].reverse().find(inside);
    }

    // Whether it can be said yet: right after a zoom the tile of a place is still to come.
    const isKnown = (latlng) => Boolean(tileAt(latlng).shapes);

    const labels = () => current().flatMap(({ coords, el }) => (layer.contents.get(el)?.labels ?? []).map(({ kind, id, x, y }) => ({
      kind, id, at: map.unproject([coords.x * PX + x, coords.y * PX + y], coords.z),
    })));

    // While a page is printed nothing can be fetched: the tiles there are enlarged or reduced instead.
    function hold(still) {
      layer.options.minNativeZoom = still ? layer._tileZoom : undefined;
      layer.options.maxNativeZoom = still ? layer._tileZoom : deepest;
    }

    return { restyle, at, isKnown, labels, hold };
  };
})();
