// Labels that never overlap: the ones first in the list are kept, those that would touch them wait for a closer zoom.
// How much room a text takes is worked out on a canvas: of a city's thousands the page only ever holds those that are kept.
(() => {
  const GAP = 2; // pixels between two labels

  // Returns text → its width and height in pixels, by the style of a label.
  function ruler(pane) {
    const probe = pane.appendChild(window.wangge.element("span", "grid-label", "0"));
    const { fontWeight, fontSize, fontFamily } = getComputedStyle(probe);
    const pen = document.createElement("canvas").getContext("2d");
    pen.font = `${fontWeight} ${fontSize} ${fontFamily}`;
    const air = probe.offsetWidth - pen.measureText("0").width;
    const height = probe.offsetHeight;
    probe.remove();
    const widths = new Map();
    return (text) => {
      if (!widths.has(text)) widths.set(text, pen.measureText(text).width + air);
      return L.point(widths.get(text), height);
    };
  }

  function marker({ at, text }) {
    const icon = L.divIcon({ className: "", iconSize: [0, 0], html: window.wangge.element("span", "grid-label", text) });
    return L.marker(at, { icon, interactive: false, keyboard: false, pane: "labels" });
  }

  // Returns show(labels); labels = [{at: [lat, lon], text}], the most important first.
  window.wangge.labels = (map) => {
    const pane = map.createPane("labels");
    pane.style.zIndex = 590; // above grids, below points
    pane.style.pointerEvents = "none";
    const size = ruler(pane);
    const group = L.layerGroup().addTo(map);
    let labels = [];

    function room({ at, text }) {
      const middle = map.latLngToLayerPoint(at);
      const half = size(text).add([GAP, GAP]).divideBy(2);
      return L.bounds(middle.subtract(half), middle.add(half));
    }

    function draw() {
      const taken = [];
      group.clearLayers();
      for (const label of labels) {
        const wanted = room(label);
        if (taken.some((other) => other.overlaps(wanted))) continue;
        taken.push(wanted);
        group.addLayer(marker(label));
      }
    }

    map.on("zoomend", draw);
    return (given) => {
      labels = given;
      draw();
    };
  };
})();
