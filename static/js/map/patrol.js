// Patrol coverage 巡查 (METRICS P).
window.wangge.layers.patrol = (map, config, tell) => {
  const words = (row, looks) => {
    const lines = [row.name, row.d ? `已巡 ${row.n} 天，应巡 ${row.d} 天（${looks[row.level].label}）` : looks[row.level].label];
    if (row.thick) lines.push(looks.three_missed.label);
    if (row.vacant) lines.push(looks.vacant.label);
    return lines.join("\n");
  };
  return window.wangge.territory(map, config, { words, tell, pick: (code) => tell({ type: "pick", code }) });
};
