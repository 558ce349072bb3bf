// Visit compliance 走访 (METRICS V).
window.wangge.layers.visits = (map, config, tell) => {
  const words = (row, looks) => {
    const lines = [row.name, row.d ? `完成 ${row.n}，应完成 ${row.d}（${looks[row.level].label}）` : looks[row.level].label];
    if (row.vacant) lines.push(looks.vacant.label);
    return lines.join("\n");
  };
  return window.wangge.territory(map, config, { words, tell, pick: (code) => tell({ type: "pick", code }) });
};
