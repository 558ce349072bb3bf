// Any layer of grids: a title says the lines the server gave, else the number and what its colour means.
window.wangge.layers.grids = (map, config, tell) => {
  const words = (row, looks) => {
    const lines = [row.name, row.title ?? (row.text ? `${row.text}（${looks[row.level].label}）` : looks[row.level].label)];
    if (row.thick && looks.three_missed) lines.push(looks.three_missed.label);
    if (row.vacant && looks.vacant) lines.push(looks.vacant.label);
    return lines.join("\n");
  };
  return window.wangge.territory(map, config, { words, tell, pick: (code) => tell({ type: "pick", code }) });
};
