// Fills of grids: colour, dots, bars and the hatch of a vacant grid (METRICS P, V, D6), as patterns of a canvas.
(() => {
  const SVG = "http://www.w3.org/2000/svg";
  const SIZE = 16; // pixels; divides a tile, so that patterns join without a seam
  const THIRDS = [1, 3, 5].map((sixth) => (sixth * SIZE) / 6);
  const DOTS = {
    sparse_dots: { radius: 1.6, at: [[4, 4], [12, 12]] },
    dense_dots: { radius: 1.3, at: THIRDS.flatMap((x) => THIRDS.map((y) => [x, y])) },
  };
  const SHARPNESS = 3; // bitmap pixels to a pixel, for screens and paper
  const INK = "#1a1a1a";

  function svg(tag, attributes) {
    const made = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  }

  function dots(pen, { radius, at }) {
    pen.fillStyle = INK;
    for (const [x, y] of at) {
      pen.beginPath();
      pen.arc(x, y, radius, 0, 2 * Math.PI);
      pen.fill();
    }
  }

  function bars(pen) {
    pen.fillStyle = INK;
    for (const middle of THIRDS) pen.fillRect(middle - 0.75, 0, 1.5, SIZE);
  }

  function hatch(pen) {
    pen.strokeStyle = INK;
    pen.lineWidth = 2;
    pen.stroke(new Path2D(`M0 ${SIZE}L${SIZE} 0M-4 4L4 -4M${SIZE - 4} ${SIZE + 4}L${SIZE + 4} ${SIZE - 4}`));
  }

  function fill(look, vacant) {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = SIZE * SHARPNESS;
    const pen = canvas.getContext("2d");
    pen.scale(SHARPNESS, SHARPNESS);
    pen.fillStyle = look.colour;
    pen.fillRect(0, 0, SIZE, SIZE);
    if (DOTS[look.pattern]) dots(pen, DOTS[look.pattern]);
    if (look.pattern === "bars") bars(pen);
    if (vacant) hatch(pen);
    const made = pen.createPattern(canvas, "repeat");
    made.setTransform(new DOMMatrix().scale(1 / SHARPNESS));
    return made;
  }

  // Returns (level, vacant) → what a canvas fills with; looks = {level: {colour, pattern}}.
  function fills(looks) {
    const made = new Map();
    return (level, vacant) => {
      const key = `${level} ${vacant}`;
      if (!made.has(key)) made.set(key, fill(looks[level], vacant));
      return made.get(key);
    };
  }

  window.wangge.patterns = { fills, svg };
})();
