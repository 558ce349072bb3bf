// Fills of grids as SVG patterns: colour, dots and the hatch of a vacant grid (METRICS P, V, D6).
(() => {
  const SVG = "http://www.w3.org/2000/svg";
  const TILE = 12; // pixels; divisible by both dot spacings, so that tiles join without a seam
  const DOTS = { sparse_dots: { step: 12, radius: 1.6 }, dense_dots: { step: 6, radius: 1.3 } };
  const INK = "#1a1a1a";

  function svg(tag, attributes) {
    const made = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  }

  function dots(pattern) {
    const made = [];
    const { step, radius } = DOTS[pattern] ?? { step: Infinity };
    for (let x = step / 2; x < TILE; x += step) {
      for (let y = step / 2; y < TILE; y += step) made.push(svg("circle", { cx: x, cy: y, r: radius, fill: INK }));
    }
    return made;
  }

  function hatch() {
    const lines = `M0 ${TILE}L${TILE} 0M-3 3L3 -3M${TILE - 3} ${TILE + 3}L${TILE + 3} ${TILE - 3}`;
    return svg("path", { d: lines, stroke: INK, "stroke-width": 1.8 });
  }

  function pattern(id, look, vacant) {
    const made = svg("pattern", { id, width: TILE, height: TILE, patternUnits: "userSpaceOnUse" });
    made.append(svg("rect", { width: TILE, height: TILE, fill: look.colour }), ...dots(look.pattern));
    if (vacant) made.append(hatch());
    return made;
  }

  const name = (level, vacant) => `wangge-${level}${vacant ? "-vacant" : ""}`;

  // Writes one pattern per look, with and without hatch, into the page; earlier ones are replaced.
  function define(looks) {
    document.getElementById("wangge-patterns")?.remove();
    const holder = svg("svg", { id: "wangge-patterns", width: 0, height: 0, "aria-hidden": "true" });
    for (const [level, look] of Object.entries(looks)) {
      holder.append(pattern(name(level, false), look, false), pattern(name(level, true), look, true));
    }
    document.body.append(holder);
  }

  const fill = (row) => `url(#${name(row.level, row.vacant)})`;

  window.wangge.patterns = { define, fill, svg };
})();
