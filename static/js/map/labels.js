// Labels that never overlap: the ones first in the list are kept, those that would touch them wait for a closer zoom.
(() => {
  const GAP = 2; // pixels between two labels

  const touch = (a, b) => a.left < b.right + GAP && b.left < a.right + GAP && a.top < b.bottom + GAP && b.top < a.bottom + GAP;

  function marker(label) {
    const text = window.wangge.element("span", "grid-label", label.text);
    const icon = L.divIcon({ className: "", iconSize: [0, 0], html: text });
    return { text, marker: L.marker(label.at, { icon, interactive: false, keyboard: false, pane: "labels" }) };
  }

  // Returns show(labels); labels = [{at: [lat, lon], text}], the most important first.
  window.wangge.labels = (map) => {
    map.createPane("labels").style.zIndex = 590; // above grids, below points
    map.getPane("labels").style.pointerEvents = "none";
    const group = L.layerGroup().addTo(map);
    let shown = [];

    function thin() {
      const kept = [];
      for (const { text } of shown) text.hidden = false;
      const boxes = shown.map(({ text }) => text.getBoundingClientRect()); // measured together: one layout, not one each
      shown.forEach(({ text }, index) => {
        const free = !kept.some((box) => touch(box, boxes[index]));
        if (free) kept.push(boxes[index]);
        text.hidden = !free;
      });
    }

    map.on("zoomend resize", thin);
    return (labels) => {
      group.clearLayers();
      shown = labels.map(marker);
      for (const { marker: made } of shown) group.addLayer(made);
      thin();
    };
  };
})();
