// Grids coloured by a level: pattern, hatch, thick outline, number, title, pick. Far out, where a tile draws villages, a
// village has the look that most of its grids have, and a click goes closer.
(() => {
  const PLAIN = { colour: "#4a5560", weight: 1, rank: 0 };
  const BORDERED = { colour: "#1a1a1a", weight: 1.5, rank: 0 };
  const THICK = { colour: "#111111", weight: 4, rank: 1 };
  const PICKED = { colour: "#6a1b9a", weight: 5, rank: 2 };
  const OUTLINE = { colour: "#6b7885", weight: 1, rank: 0 };
  const VACANT = 1;
  const THICK_MARK = 2;
  const MOST_LABELS = 400; // considered at a time; of more, the neediest of each part of the view
  const PART = [64, 32]; // pixels: a number with some air

  // The arrays of a message as something to ask: see frame.js for their form.
  function read(values) {
    const codes = [];
    const villageOf = [];
    values.villages.forEach(([code, , numbers], village) => {
      for (const number of numbers) {
        codes.push(code + String(number).padStart(3, "0"));
        villageOf.push(village);
      }
    });
    return { ...values, codes, villageOf, names: values.names ?? {} };
  }

  function gridRow(data, id) {
    if (!data.level || data.level[id] < 0) return null;
    const [n, d] = [data.n[id], data.d[id]];
    return {
      level: data.levels[data.level[id]],
      name: data.names[id],
      title: data.titles[id],
      text: data.texts[id] ?? `${n}/${d}`,
      n,
      d,
      vacant: Boolean(data.marks[id] & VACANT),
      thick: Boolean(data.marks[id] & THICK_MARK),
    };
  }

  function sums(data) {
    const found = data.villages.map(([, name]) => ({ name, n: 0, d: 0, counts: new Map() }));
    data.level?.forEach((level, id) => {
      if (level < 0) return;
      const row = found[data.villageOf[id]];
      row.n += data.n[id];
      row.d += data.d[id];
      row.counts.set(level, (row.counts.get(level) ?? 0) + 1);
    });
    for (const row of found) {
      // As many of two: the later level, which is the worse one.
      const most = [...row.counts].sort((a, b) => b[1] - a[1] || b[0] - a[0])[0];
      row.level = most && data.levels[most[0]];
      row.text = row.d ? `${row.n}/${row.d}` : "";
      row.title = [...row.counts].sort((a, b) => a[0] - b[0]).map(([level, count]) => `${data.looks[data.levels[level]].label}：${count} 格`).join("\n");
    }
    return found;
  }

  const share = (row) => (row.d ? row.n / row.d : 1);
  const neediestFirst = (a, b) => share(a.row) - share(b.row) || b.row.d - a.row.d;

  // As needy as each other they would otherwise all be of one corner.
  function spread(map, sorted) {
    if (sorted.length <= MOST_LABELS) return sorted;
    const taken = new Set();
    return sorted.filter(({ at }) => {
      const { x, y } = map.latLngToContainerPoint(at);
      const part = `${Math.floor(x / PART[0])} ${Math.floor(y / PART[1])}`;
      return !taken.has(part) && taken.add(part);
    });
  }

  // Returns {show(values), named(names), mark({code}), hold(still)}; words(row, looks) → a title's lines, pick(code).
  window.wangge.territory = (map, config, { words, pick, tell }) => {
    const label = window.wangge.labels(map);
    const tooltip = L.tooltip({ sticky: true, direction: "auto", offset: [14, 0] });
    let data = read({ villages: [], looks: {} });
    let fills = window.wangge.patterns.fills({});
    let styles = new Map(); // by level and marks: twenty thousand grids share a few dozen
    let villages = [];
    let picked = -1;
    let shown = null;
    let isTold = false; // whether the values have come
    let unanswered = null; // where a click waits for a tile or the values
    const asked = new Set();

    const rowOf = ({ kind, id }) => (kind === "grids" ? gridRow(data, id) : villages[id]);

    function styleOf(level, marks) {
      const line = marks & THICK_MARK ? THICK : data.looks[level].pattern === "border" ? BORDERED : PLAIN;
      return { ...line, fill: fills(level, Boolean(marks & VACANT)) };
    }

    function style(kind, id) {
      const isGrid = kind === "grids";
      const level = isGrid ? data.levels?.[data.level?.[id]] : villages[id]?.level;
      const marks = isGrid && level ? data.marks[id] : 0;
      const key = `${level} ${marks}`;
      if (!styles.has(key)) styles.set(key, level ? styleOf(level, marks) : OUTLINE);
      const found = styles.get(key);
      return isGrid && id === picked ? { ...found, ...PICKED } : found;
    }

    function relabel() {
      const wanted = tiles.labels().map((each) => ({ ...each, row: rowOf(each) }));
      const drawsGrids = wanted.some(({ kind }) => kind === "grids");
      const texts = data.counts
        ? wanted.filter(({ kind }) => kind === "villages").map(({ id, at }) => ({ at, text: data.counts[data.villages[id][0]] })).filter(({ text }) => text)
        : spread(map, wanted.filter(({ kind, row }) => (kind === "grids") === drawsGrids && row?.level && row.text && row.d !== 0)
          .sort(neediestFirst)).map(({ at, row }) => ({ at, text: row.text }));
      label(texts);
      map.fire("labelled");
    }

    const tiles = window.wangge.tiles(map, config, {
      style,
      drawn: () => { relabel(); answer(); tell({ type: "drawn" }); },
      failed: () => tell({ type: "failed" }),
    });

    function title({ kind, id }) {
      const row = rowOf({ kind, id });
      if (kind === "villages") return `${row.name}${row.text ? `　${row.text}` : ""}\n${row.title}`;
      if (row.name !== undefined) return words(row, data.looks);
      const village = data.villageOf[id];
      if (!asked.has(village)) {
        asked.add(village);
        tell({ type: "names", village: data.villages[village][0] });
      }
      return words({ ...row, name: data.villages[village][1] }, data.looks);
    }

    function point(latlng) {
      const found = tiles.at(latlng);
      shown = found && rowOf(found)?.level ? { found, latlng } : null;
      map.getContainer().classList.toggle("over-grid", Boolean(shown));
      if (!shown) return map.closeTooltip(tooltip);
      return map.openTooltip(tooltip.setContent(window.wangge.title(title(found))).setLatLng(latlng));
    }

    function click(latlng) {
      point(latlng);
      if (shown?.found.kind === "villages") map.setView(latlng, config.gridsFrom);
      else if (shown) {
        mark({ code: data.codes[shown.found.id] });
        pick(data.codes[shown.found.id]);
      }
    }

    function answer() {
      if (!unanswered || !isTold || !tiles.isKnown(unanswered)) return;
      const latlng = unanswered;
      unanswered = null;
      click(latlng);
    }

    if (words) {
      map.on("mousemove", ({ latlng }) => point(latlng));
      map.on("mouseout", () => map.closeTooltip(tooltip));
      map.on("movestart", () => { unanswered = null; });
      map.on("click", ({ latlng }) => {
        unanswered = latlng;
        answer();
      });
    }

    function show(values) {
      if (values.drawing !== config.drawing) return tell({ type: "outdated" });
      data = read(values);
      fills = window.wangge.patterns.fills(data.looks);
      styles = new Map();
      villages = sums(data);
      isTold = true;
      tiles.restyle();
      relabel();
      return answer();
    }

    function named(names) {
      Object.assign(data.names, names);
      if (shown) point(shown.latlng);
    }

    function mark({ code }) {
      const wanted = code ? data.codes.indexOf(code) : -1;
      if (wanted === picked) return;
      picked = wanted;
      tiles.restyle();
    }

    return { show, named, mark, hold: tiles.hold };
  };
})();
